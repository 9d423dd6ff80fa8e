import { sessionManagerAbi } from "@latchkey/sdk";
import { parseEventLogs } from "viem";
import type { BenchOrder, BenchWorld } from "./createBenchWorld.ts";
import { watchBlocks, type MinedBlock } from "./watchBlocks.ts";

/** The blocks from `from` on until all of `orders` have been mined. */
export function watchMined(world: BenchWorld, from: number, orders: readonly BenchOrder[]): Promise<MinedBlock[]> {
  const { client } = world.chain;
  return watchBlocks({
    client,
    from,
    expected: new Set(orders.map(({ orderHash }) => orderHash)),
    timeoutMs: 180_000,
    async readOrders(blockHash) {
      const logs = await client.getLogs({ address: world.manager, blockHash });
      const executed = parseEventLogs({ abi: sessionManagerAbi, eventName: "OrderExecuted", logs });
      return executed.map(({ args }) => args.orderHash);
    },
  });
}
