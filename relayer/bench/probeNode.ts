import { setTimeout as sleep } from "node:timers/promises";
import type { Address, PublicClient } from "viem";

/** Milliseconds between two calls, whether the first is answered or not. */
const everyMs = 20;

/** How long the node takes for a small call at the head, in milliseconds and sorted, while `work` runs. */
export async function probeNode(
  { client, token }: { client: PublicClient; token: Address },
  work: Promise<unknown>,
): Promise<number[]> {
  const over = new AbortController();
  const working = work.finally(() => {
    over.abort();
  });
  const waits: Promise<number>[] = [];
  const ask = async (): Promise<number> => {
    const askedAt = performance.now();
    // `totalSupply()`.
    await client.call({ to: token, data: "0x18160ddd" });
    return performance.now() - askedAt;
  };
  while (!over.signal.aborted) {
    waits.push(ask());
    await sleep(everyMs);
  }
  await working;
  return (await Promise.all(waits)).toSorted((a, b) => a - b);
}
