import type { Kysely } from "kysely";
import type { Address } from "viem";
import { findBlock, getLastBlock, listBlocks, lockBlocks, rollBackTo } from "../db/chainRows.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import { decodeLog, type ManagerEvent } from "./decodeLog.ts";
import { isPresent, readBlocks, type ReadBlock } from "./readBlocks.ts";
import { storeBlocks } from "./storeBlocks.ts";
import { type BlockRef, type Rpc } from "./createRpc.ts";
import { RpcError } from "./rpcErrors.ts";

/** The newest block the relayer has read, with everything up to it stored. */
export type Head = BlockRef & { timestamp: number };

export type HeadChange =
  | { kind: "block"; head: Head; events: readonly ManagerEvent[] }
  | { kind: "reorg"; head: Head | undefined }
  /** The node could not be asked: nothing known may be taken for the present. */
  | { kind: "lost" };

export type Indexer = ReturnType<typeof createIndexer>;

type Deps = {
  db: Kysely<Database>;
  rpc: Rpc;
  log: Log;
  config: {
    chainId: number;
    manager: Address;
    startBlock: number;
    confirmations: number;
    pollIntervalMs: number;
  };
};

/** So many blocks behind, what is known is not the present. */
const behindMax = 3;
/** Further behind than this, logs are read by ranges instead of block by block. */
const followMax = 64;
/** Blocks that are read and stored together. */
const blocksAtOnce = 16;
/** Ranges end this far below the newest block, where reorgs are over; the rest is followed. */
const rangeDistance = 32;
const rangeMax = 2_000;

/** Follows the chain: one `eth_getLogs` a block by its hash, in order, each block stored in one transaction. */
export function createIndexer(deps: Deps) {
  const { db, rpc, log } = deps;
  const { chainId, manager, startBlock, pollIntervalMs } = deps.config;
  const listeners = new Set<(change: HeadChange) => void>();
  let last: Head | undefined;
  let isLoaded = false;
  let isCurrent = false;
  let seenAt = 0;
  let range = rangeMax;
  /** How often the node did not answer. */
  let losses = 0;

  function notify(change: HeadChange): void {
    for (const listener of listeners) listener(change);
  }

  /**
   * Stores blocks that follow each other, in one transaction. Whether they follow what is stored; otherwise another instance
   * has gone elsewhere, and `last` is there.
   */
  async function store(read: readonly ReadBlock[]): Promise<boolean> {
    const newest = read.at(-1)?.block;
    if (newest === undefined) return true;
    const events = read.flatMap((each) => each.events);
    const timestamps = new Map(read.map(({ block }) => [block.number, block.timestamp]));
    for (const number of new Set(events.map(({ blockNumber }) => blockNumber))) {
      if (!timestamps.has(number)) {
        const { timestamp } = (await rpc.getBlock(number)) ?? {};
        if (timestamp !== undefined) timestamps.set(number, timestamp);
      }
    }
    const isStored = await storeBlocks(db, { ...deps.config, after: last?.hash, timestamps }, read);
    if (!isStored) {
      last = await getLastBlock(db, chainId);
      isCurrent = false;
      notify({ kind: "reorg", head: last });
      return false;
    }
    last = { number: newest.number, hash: newest.hash, timestamp: newest.timestamp };
    notify({ kind: "block", head: last, events });
    return true;
  }

  /** Reads the logs of many old blocks at once; halves the range when the node finds it too large. */
  async function backFill(newest: number): Promise<void> {
    const from = last === undefined ? startBlock : last.number + 1;
    const to = Math.min(from + range - 1, newest - rangeDistance);
    const block = await rpc.getBlock(to);
    if (block === undefined) return;
    try {
      const logs = await rpc.getLogs({ address: manager, fromBlock: from, toBlock: to });
      await store([{ block, events: logs.map(decodeLog).filter(isPresent) }]);
      range = Math.min(rangeMax, range * 2);
      log.info({ from, to }, "Read old blocks");
    } catch (error) {
      // Only an answer of the node can be about the size of the range.
      if (range === 1 || !(error instanceof RpcError) || error.code === undefined) throw error;
      range = Math.max(1, Math.floor(range / 2));
      log.debug({ err: error, range }, "Old blocks are read in smaller ranges");
    }
  }

  async function follow(): Promise<"more" | "done"> {
    const newest = await rpc.getBlock("latest");
    if (newest === undefined) return "done";
    const next = last === undefined ? startBlock : last.number + 1;
    if (newest.number < next) {
      if (last === undefined || newest.hash === last.hash) {
        seenAt = performance.now();
        return "done";
      }
      // Another chain of this height, or a node that lags behind and says nothing new.
      const [known] = await listBlocks(db, chainId, newest.number + 1, 1);
      if (known?.number === newest.number && known.hash === newest.hash) return "done";
      await handleReorg();
      return "more";
    }
    if (newest.number - next >= behindMax) isCurrent = false;
    if (newest.number - next > followMax) {
      if (last !== undefined && (await rpc.getBlock(last.number))?.hash !== last.hash) await handleReorg();
      else await backFill(newest.number);
      return "more";
    }
    // Several at once, so that who is behind comes nearer also while there is much else to do.
    const to = newest.number - next < blocksAtOnce ? newest : await rpc.getBlock(next + blocksAtOnce - 1);
    if (to === undefined) return "done";
    const read = await readBlocks({ rpc, manager, from: next, to, after: last?.hash });
    if (read.length === 0) {
      await handleReorg();
      return "more";
    }
    if (!(await store(read)) || last?.number !== newest.number) return "more";
    seenAt = performance.now();
    return "done";
  }

  /** Goes back to the last block that is still of the chain. */
  async function handleReorg(): Promise<void> {
    isCurrent = false;
    let fork: BlockRef | undefined;
    for (let below = Number.MAX_SAFE_INTEGER; fork === undefined;) {
      const [block] = await listBlocks(db, chainId, below, 1);
      if (block === undefined) break;
      if ((await rpc.getBlock(block.number))?.hash === block.hash) fork = block;
      below = block.number;
    }
    const to = fork?.number ?? startBlock - 1;
    log.warn({ from: last?.number, to }, "The chain was reorganised");
    await db.transaction().execute(async (tx) => {
      await lockBlocks(tx, chainId);
      // Another instance may have gone back and ahead already.
      const stored = last && (await findBlock(tx, chainId, last.number));
      if (stored === last?.hash) await rollBackTo(tx, chainId, to);
    });
    last = await getLastBlock(db, chainId);
    notify({ kind: "reorg", head: last });
  }

  function lose(): void {
    losses += 1;
    isCurrent = false;
    notify({ kind: "lost" });
  }
  // Whoever finds that the node does not answer: what is known is not the present until it has been asked again.
  rpc.subscribeUnreachable(lose);

  return {
    /** The newest block, or nothing while the node cannot be asked or is being caught up with. */
    getHead(): Head | undefined {
      const staleMs = Math.max(10_000, 5 * pollIntervalMs);
      return isCurrent && performance.now() - seenAt < staleMs ? last : undefined;
    },

    /** Calls `listener` after each change; returns how to stop. */
    subscribe(listener: (change: HeadChange) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** Reads what is new. To be called again after a while; not while it runs. */
    async poll(signal: AbortSignal): Promise<void> {
      try {
        if (!isLoaded) {
          last = await getLastBlock(db, chainId);
          isLoaded = true;
        }
        const lossesBefore = losses;
        while (!signal.aborted && (await follow()) === "more");
        isCurrent = !signal.aborted && losses === lossesBefore;
      } catch (error) {
        lose();
        throw error;
      }
    },
  };
}
