import type { Kysely } from "kysely";
import { findBlock, insertBlock, insertEvents, listBlocks, lockBlocks } from "../db/chainRows.ts";
import type { Database } from "../db/schema.ts";
import { markMined, settleOrders } from "../submission/settleOrders.ts";
import type { ReadBlock } from "./readBlocks.ts";

/** Blocks whose hashes are kept, to find where a reorg began. */
const blocksKept = 512;

type Options = {
  chainId: number;
  confirmations: number;
  /** Hash of the block that they follow; none if nothing is stored. */
  after: string | undefined;
  /** By number, of every block that has events. */
  timestamps: ReadonlyMap<number, number>;
};

/**
 * Stores blocks that follow each other, with their events and what those make of orders, in one transaction. Returns false,
 * and stores nothing, if they do not follow what is stored: another instance has gone elsewhere.
 */
export function storeBlocks(
  db: Kysely<Database>,
  { chainId, confirmations, after, timestamps }: Options,
  read: readonly ReadBlock[],
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await lockBlocks(tx, chainId);
    const missing: ReadBlock[] = [];
    let before = after;
    for (const each of read) {
      const stored = await findBlock(tx, chainId, each.block.number);
      // Another instance was first; it has read the same, by the block's hash.
      if (stored === undefined) missing.push(each);
      else if (stored !== each.block.hash) return false;
      else before = stored;
    }
    const [first] = missing;
    const last = missing.at(-1);
    if (first === undefined || last === undefined) return true;
    if ((await listBlocks(tx, chainId, first.block.number, 1))[0]?.hash !== before) return false;
    const events = missing.flatMap((each) => each.events);
    const upTo = last.block.number - confirmations + 1;
    const inserted = await insertEvents(tx, { chainId, settledUpTo: upTo, timestamps }, events);
    if (confirmations > 1) await markMined(tx, chainId, events);
    for (const { block } of missing) await insertBlock(tx, chainId, block, blocksKept);
    await settleOrders(tx, { chainId, upTo, inserted });
    return true;
  });
}
