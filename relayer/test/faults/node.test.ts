import { setTimeout as sleep } from "node:timers/promises";
import { parseEther } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRpcProxy, type RpcProxy } from "../support/startRpcProxy.ts";
import { createFaultRun, isLong, type FaultRun } from "./createFaultRun.ts";

const rounds = isLong ? 5 : 1;
const second = generatePrivateKey();
let proxy: RpcProxy;
let run: FaultRun;

beforeAll(async () => {
  run = await createFaultRun({
    hotWallets: [second],
    async getRpcUrl(world) {
      await world.chain.send("owner", { to: privateKeyToAddress(second), value: parseEther("10") });
      proxy = await startRpcProxy(world.chain.url);
      return proxy.url;
    },
  });
});

afterAll(async () => {
  await run?.stop();
  await proxy?.stop();
});

/** What went wrong with orders that were sent while it was disturbed. */
async function underLoad(disturb: () => Promise<void>): Promise<string[]> {
  const stopLoad = run.load();
  await sleep(1_000);
  await disturb();
  await sleep(1_000);
  await stopLoad();
  return run.findFaults();
}

test("goes on through a node that is slow", { timeout: 300_000 }, async () => {
  const faults = await underLoad(async () => {
    proxy.setDelay(1_500);
    await sleep(4_000 * rounds);
    proxy.setDelay(0);
  });
  expect(faults).toEqual([]);
});

test("goes on through a node that answers nothing but errors", { timeout: 300_000 }, async () => {
  const faults = await underLoad(async () => {
    proxy.setIntercept(() => ({ error: { code: -32_000, message: "out of order" } }));
    await sleep(2_500 * rounds);
    proxy.setIntercept(undefined);
  });
  expect(faults).toEqual([]);
});

test("goes on through a node that says of every transaction that it was not mined", { timeout: 300_000 }, async () => {
  const faults = await underLoad(async () => {
    proxy.setIntercept(({ method }) => (method === "eth_getTransactionReceipt" ? { result: () => null } : undefined));
    await sleep(4_000 * rounds);
    proxy.setIntercept(undefined);
  });
  expect(faults).toEqual([]);
});

test(
  "goes on through a node that says of every transaction that it succeeded long ago",
  { timeout: 300_000 },
  async () => {
    const faults = await underLoad(async () => {
      const { hash } = await run.world.chain.client.getBlock({ blockNumber: 1n });
      const lie = { blockNumber: "0x1", blockHash: hash, status: "0x1" };
      proxy.setIntercept(({ method }) => (method === "eth_getTransactionReceipt" ? { result: () => lie } : undefined));
      await sleep(4_000 * rounds);
      proxy.setIntercept(undefined);
    });
    expect(faults).toEqual([]);
  },
);

test.for([1, 2, 3, 4, 5])("follows reorgs that are %i deep", { timeout: 300_000 }, async (depth) => {
  const faults = await underLoad(async () => {
    for (let round = 0; round < rounds; round += 1) {
      await sleep(1_000 * depth);
      // anvil breaks its own state if it mines while it is reorganised.
      await run.world.chain.pauseMining();
      await sleep(500);
      await run.world.chain.reorganise(depth);
      await run.world.chain.mineEverySecond();
    }
  });
  expect(faults).toEqual([]);
});

test("goes on when a hot wallet has no money, and when it has some again", { timeout: 300_000 }, async () => {
  const faults = await underLoad(async () => {
    const { chain } = run.world;
    await chain.setBalance(privateKeyToAddress(second), 0n);
    await sleep(9_000 * rounds);
    await chain.setBalance(privateKeyToAddress(second), parseEther("10"));
  });
  expect(faults).toEqual([]);
});

test("goes on when someone else uses a hot wallet", { timeout: 300_000 }, async () => {
  const faults = await underLoad(async () => {
    for (let count = 0; count < 3 * rounds; count += 1) {
      await sleep(700);
      // Another transaction of the relayer may have the nonce already: then the node refuses this one.
      await run.world.chain
        .send("relayer", { to: run.world.chain.accounts.owner.account.address, value: 1n })
        .catch(() => undefined);
    }
  });
  expect(faults).toEqual([]);
});
