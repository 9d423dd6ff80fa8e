import { sessionManagerAbi } from "@latchkey/sdk";
import { parseEventLogs, type Address, type Hex, type PublicClient } from "viem";

export type MinedBlock = { number: number; timestamp: number; gasUsed: bigint; orders: Hex[] };

/** The blocks from `from` on until every one of `expected` has been mined, or `timeoutMs` have passed. */
export async function watchBlocks({
  client,
  manager,
  from,
  expected,
  timeoutMs,
}: {
  client: PublicClient;
  manager: Address;
  from: number;
  expected: ReadonlySet<Hex>;
  timeoutMs: number;
}): Promise<MinedBlock[]> {
  const end = Date.now() + timeoutMs;
  const missing = new Set(expected);
  const blocks: MinedBlock[] = [];
  let next = from;
  while (missing.size > 0 && Date.now() < end) {
    const newest = Number(await client.getBlockNumber({ cacheTime: 0 }));
    if (newest < next) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      continue;
    }
    const block = await client.getBlock({ blockNumber: BigInt(next) });
    const logs = await client.getLogs({ address: manager, blockHash: block.hash });
    const executed = parseEventLogs({ abi: sessionManagerAbi, eventName: "OrderExecuted", logs });
    const orders = executed.map(({ args }) => args.orderHash);
    for (const hash of orders) missing.delete(hash);
    blocks.push({ number: next, timestamp: Number(block.timestamp), gasUsed: block.gasUsed, orders });
    next += 1;
  }
  return blocks;
}
