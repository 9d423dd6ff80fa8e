import { createPublicClient, http } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { startChain, type TestChain } from "./support/startChain.ts";

let chain: TestChain;

beforeAll(async () => {
  chain = await startChain();
});
afterAll(() => chain?.stop());

test("counts what others ask of the node, each call of a batch, and nothing of its own", async () => {
  const other = createPublicClient({ transport: http(chain.url, { batch: true }) });
  await Promise.all([other.getBlockNumber({ cacheTime: 0 }), other.getChainId(), other.getGasPrice()]);
  await other.getChainId();
  await chain.client.getChainId();
  await chain.mine(3);
  await waitUntil({
    what: "the node to have told of every call",
    timeoutMs: 10_000,
    probe: () => Promise.resolve(chain.getCalls().get("evm_mine") === 0 || undefined),
  });
  const calls = [...chain.getCalls()].filter(([, count]) => count !== 0);
  expect(Object.fromEntries(calls)).toEqual({ eth_blockNumber: 1, eth_chainId: 2, eth_gasPrice: 1 });
});
