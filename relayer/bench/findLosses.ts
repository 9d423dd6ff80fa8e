import type { BenchOrder, BenchWorld } from "./createBenchWorld.ts";

/** What the chain's own events say of orders that were acknowledged. */
export async function findLosses(
  world: BenchWorld,
  acknowledged: readonly BenchOrder[],
): Promise<{ lost: number; executedTwice: number }> {
  const runs = await world.countRuns();
  const counts = acknowledged.map(({ orderHash }) => runs.get(orderHash) ?? 0);
  return {
    lost: counts.filter((count) => count === 0).length,
    executedTwice: [...runs.values()].filter((count) => count > 1).length,
  };
}
