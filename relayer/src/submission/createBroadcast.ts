import type { Address, Hex } from "viem";
import type { Rpc } from "../chain/createRpc.ts";
import type { Log } from "../log.ts";

/** Whatever waits to be mined is sent again this often, in milliseconds: a node may have forgotten it. */
const repeatMs = 5_000;

type Deps = {
  rpc: Rpc;
  log: Log;
  /** A stored transaction as it was signed, by its hash. */
  readRaw: (hash: string) => Promise<Hex>;
};

/** Gives stored transactions to the node. What it does not take is stored, and sent again. */
export function createBroadcast({ rpc, log, readRaw }: Deps) {
  const sentAt = new Map<string, number>();
  /** Sending them again brought the node no further, for example since they go elsewhere, to a private one. */
  const futile = new Set<string>();

  async function send({ hash, raw }: { hash: string; raw: Hex }): Promise<void> {
    sentAt.set(hash, performance.now());
    try {
      await rpc.sendRawTransaction(raw);
    } catch (error) {
      // That the node has it, or has mined it, is no news.
      const isKnown = error instanceof Error && /already known|already imported|nonce too low/i.test(error.message);
      if (!isKnown) log.warn({ err: error, hash }, "A transaction was not taken by the node");
    }
  }

  const sendAgain = async ({ hash }: { hash: string }): Promise<void> => send({ hash, raw: await readRaw(hash) });

  return {
    send,

    async repeat(waiting: readonly { hash: string }[]): Promise<void> {
      const now = performance.now();
      const hashes = new Set(waiting.map(({ hash }) => hash));
      for (const hash of sentAt.keys()) if (!hashes.has(hash)) sentAt.delete(hash);
      for (const hash of futile) if (!hashes.has(hash)) futile.delete(hash);
      for (const row of waiting) {
        if (now - (sentAt.get(row.hash) ?? -Infinity) >= repeatMs) await sendAgain(row);
      }
    },

    /**
     * Sends at once what the node's pool lacks of the wallet's `waiting`, which is ordered by nonce and was sent before, so
     * that what is behind it need not wait. (anvil drops a transaction from its pool when the one before it does not fit
     * into a block which it would fit into itself; others drop what their pools have no room for.) Returns the wallet's
     * next nonce, with what the pool has.
     */
    async sendMissing(wallet: Address, waiting: readonly { hash: string; nonce: number }[]): Promise<number> {
      const ask = (): Promise<number> => rpc.getTransactionCount(wallet, "pending");
      let next = await ask();
      for (const row of waiting) {
        if (row.nonce < next) continue;
        if (row.nonce > next || futile.has(row.hash)) break;
        await sendAgain(row);
        const before = next;
        next = await ask();
        if (next <= before) {
          futile.add(row.hash);
          break;
        }
        log.warn({ hash: row.hash, nonce: row.nonce }, "The node had lost a transaction, and has it again");
      }
      return next;
    },
  };
}
