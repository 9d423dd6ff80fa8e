import type { Hex } from "viem";
import type { Rpc } from "../chain/createRpc.ts";
import type { Log } from "../log.ts";

/** A transaction that the node may have forgotten is sent again this often, in milliseconds. */
const repeatMs = 5_000;

type Raw = { hash: string; raw: string };

/** Gives stored transactions to the node. What it does not take is stored, and sent again. */
export function createBroadcast({ rpc, log }: { rpc: Rpc; log: Log }) {
  const sentAt = new Map<string, number>();

  async function send({ hash, raw }: Raw): Promise<void> {
    sentAt.set(hash, performance.now());
    try {
      await rpc.sendRawTransaction(raw as Hex);
    } catch (error) {
      // That the node has it, or has mined it, is no news.
      const isKnown = error instanceof Error && /already known|already imported|nonce too low/i.test(error.message);
      if (!isKnown) log.warn({ err: error, hash }, "A transaction was not taken by the node");
    }
  }

  return {
    send,

    async repeat(waiting: readonly Raw[]): Promise<void> {
      const now = performance.now();
      const hashes = new Set(waiting.map(({ hash }) => hash));
      for (const hash of sentAt.keys()) if (!hashes.has(hash)) sentAt.delete(hash);
      for (const row of waiting) {
        if (now - (sentAt.get(row.hash) ?? -Infinity) >= repeatMs) await send(row);
      }
    },
  };
}
