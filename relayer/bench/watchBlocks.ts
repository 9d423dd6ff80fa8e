import type { Hex, PublicClient } from "viem";

export type MinedBlock = { number: number; timestamp: number; gasUsed: bigint; orders: Hex[] };

/** Of one block, as every chain of a bench has it. */
const blockGas = 30_000_000;

/** The blocks from `from` on until every one of `expected` has been mined, or `timeoutMs` have passed. */
export async function watchBlocks({
  client,
  readOrders,
  from,
  expected,
  timeoutMs,
}: {
  client: PublicClient;
  /** Hashes of the orders that ran in a block. */
  readOrders: (blockHash: Hex) => Promise<Hex[]>;
  from: number;
  expected: ReadonlySet<Hex>;
  timeoutMs: number;
}): Promise<MinedBlock[]> {
  const end = Date.now() + timeoutMs;
  const missing = new Set(expected);
  const blocks: MinedBlock[] = [];
  let next = from;
  while (missing.size > 0 && Date.now() < end) {
    const newest = await getBlockNumber(client);
    if (newest < next) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      continue;
    }
    const block = await client.getBlock({ blockNumber: BigInt(next) });
    const orders = await readOrders(block.hash);
    for (const hash of orders) missing.delete(hash);
    blocks.push({ number: next, timestamp: Number(block.timestamp), gasUsed: block.gasUsed, orders });
    next += 1;
  }
  return blocks;
}

export async function getBlockNumber(client: PublicClient): Promise<number> {
  return Number(await client.getBlockNumber({ cacheTime: 0 }));
}

export const countOrders = (blocks: readonly MinedBlock[]): number =>
  blocks.reduce((count, { orders }) => count + orders.length, 0);

/** From the block before the first order was sent, which had the time `startedAt`, to the last block that has orders. */
export function toMined(all: readonly MinedBlock[], startedAt: number) {
  const blocks = all.slice(0, 1 + all.findLastIndex(({ orders }) => orders.length > 0));
  const last = blocks.at(-1);
  if (last === undefined) throw new Error("Nothing was mined");
  const orderCount = countOrders(blocks);
  const gas = Number(blocks.reduce((sum, { gasUsed }) => sum + gasUsed, 0n));
  const seconds = last.timestamp - startedAt;
  const gasPerOrder = gas / orderCount;
  const ceilingPerBlock = blockGas / gasPerOrder;
  return {
    perSecond: orderCount / seconds,
    overCeiling: orderCount / blocks.length / ceilingPerBlock,
    gasPerOrder,
    blockSeconds: seconds / blocks.length,
  };
}
