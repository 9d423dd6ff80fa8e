import type { Address, Hex } from "viem";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { post, waitForOrder, waitForSession, type OrderAnswer } from "./support/api.ts";
import { createWorld, type GrantedSession, type SignedTestOrder, type World } from "./support/createWorld.ts";
import { readStream } from "./support/readStream.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let relayer: RelayerProcess;
let account: Address;
let session: GrantedSession;
let other: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
  // Nothing is replaced for its age here, and nothing sent again, so that only cancellations can do it.
  relayer = await startRelayer(await world.createEnv({ REPLACE_AFTER_MS: "3600000", BATCH_MAX_AGE_MS: "300" }));
});
beforeEach(async () => {
  await world.chain.resumeMining();
  [session, other] = [await world.grant(account), await world.grant(account)];
  for (const { sessionId } of [session, other]) {
    await waitForSession(relayer.url, sessionId, ({ status }) => status === "active");
  }
});
afterAll(async () => {
  await relayer?.kill();
  await world?.stop();
});

async function submit({ body, orderHash }: SignedTestOrder): Promise<Hex> {
  const answer = await post(`${relayer.url}/v1/orders`, body);
  if (answer.status !== 202) throw new Error(`Refused: ${JSON.stringify(answer.json)}`);
  return orderHash;
}

const isSubmitted = ({ status }: OrderAnswer) => status === "submitted";
const getTransaction = (order: OrderAnswer) =>
  world.chain.client.getTransaction({ hash: order.transactionHash ?? "0x" });

/** Two orders in one transaction that is in the node's pool, and a cancellation of the first, in its place. */
async function overtake() {
  const [victim, bystander] = [await session.createOrder({ nonce: 0 }), await other.createOrder({ nonce: 0 })];
  const cancel = await session.createOrder({ nonce: 0, calls: [], gasLimit: 100_000 });
  await Promise.all([submit(victim), submit(bystander)]);
  const before = await waitForOrder(relayer.url, victim.orderHash, isSubmitted);
  const beside = await waitForOrder(relayer.url, bystander.orderHash, isSubmitted);
  expect(beside.transactionHash).toBe(before.transactionHash);
  const old = await waitUntil({ what: "it in the pool", timeoutMs: 20_000, probe: () => getTransaction(before) });
  await submit(cancel);
  const after = await waitForOrder(relayer.url, cancel.orderHash, isSubmitted);
  const replaced = await waitUntil({ what: "its successor", timeoutMs: 20_000, probe: () => getTransaction(after) });
  return { victim: victim.orderHash, bystander: bystander.orderHash, cancel: cancel.orderHash, old, replaced };
}

test("comes before an order whose transaction is not mined, in a transaction that replaces it", async () => {
  await world.chain.pauseMining();
  const { victim, bystander, cancel, old, replaced } = await overtake();
  expect(replaced.nonce).toBe(old.nonce);
  expect(replaced.hash).not.toBe(old.hash);
  for (const fee of ["maxFeePerGas", "maxPriorityFeePerGas"] as const) {
    expect(10n * (replaced[fee] ?? 0n)).toBeGreaterThanOrEqual(11n * (old[fee] ?? 0n));
  }
  await world.chain.mineEverySecond();
  expect(await waitForOrder(relayer.url, cancel)).toMatchObject({
    status: "confirmed",
    transactionHash: replaced.hash,
  });
  expect(await waitForOrder(relayer.url, victim)).toMatchObject({
    status: "cancelled",
    reason: { name: "NonceUsed", args: [0] },
  });
  // What was in the same transaction has been taken along.
  expect(await waitForOrder(relayer.url, bystander)).toMatchObject({
    status: "confirmed",
    transactionHash: replaced.hash,
  });
  const runs = await world.countRuns();
  expect([runs.get(cancel), runs.get(victim), runs.get(bystander)]).toEqual([1, undefined, 1]);
  // Whoever follows the order has been told of the replacement.
  const told = await readStream(
    `${relayer.url}/v1/events?orderHash=${bystander}`,
    (events) => events.some(({ data }) => data["status"] === "confirmed"),
    { lastEventId: "0" },
  );
  const changes = told.filter(({ event }) => event === "OrderChanged").map(({ data }) => data);
  expect(
    changes.map(({ status, previousStatus, transactionHash }) => [status, previousStatus, transactionHash]),
  ).toEqual([
    ["accepted", undefined, undefined],
    ["submitted", "accepted", old.hash],
    ["submitted", "submitted", replaced.hash],
    ["confirmed", "submitted", replaced.hash],
  ]);

  // A reorg takes both back, and both end once more, in the same way.
  await world.chain.pauseMining();
  const { blockNumber = 0 } = await waitForOrder(relayer.url, cancel);
  await world.chain.reorganise(Number(await world.chain.client.getBlockNumber()) - blockNumber + 1);
  await waitForOrder(relayer.url, victim, ({ status }) => status !== "cancelled");
  await world.chain.mineEverySecond();
  expect((await waitForOrder(relayer.url, cancel)).status).toBe("confirmed");
  expect((await waitForOrder(relayer.url, victim)).status).toBe("cancelled");
  expect((await world.countRuns()).get(victim)).toBeUndefined();
});

test("fails, and the order runs, if the replaced transaction is mined after all", async () => {
  await world.chain.pauseMining();
  const request = async (method: string, params: unknown[]): Promise<unknown> => {
    const response = await fetch(world.chain.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    return z.object({ result: z.unknown() }).parse(await response.json()).result;
  };
  const first = await session.createOrder({ nonce: 0 });
  await submit(first);
  const before = await waitForOrder(relayer.url, first.orderHash, isSubmitted);
  await waitUntil({ what: "it in the pool", timeoutMs: 20_000, probe: () => getTransaction(before) });
  const raw = await request("eth_getRawTransactionByHash", [before.transactionHash]);
  const cancel = await session.createOrder({ nonce: 0, calls: [], gasLimit: 100_000 });
  await submit(cancel);
  const after = await waitForOrder(relayer.url, cancel.orderHash, isSubmitted);
  await waitUntil({ what: "its successor", timeoutMs: 20_000, probe: () => getTransaction(after) });

  await request("anvil_dropTransaction", [after.transactionHash]);
  await request("eth_sendRawTransaction", [raw]);
  await request("evm_mine", []);
  await world.chain.mineEverySecond();
  expect(await waitForOrder(relayer.url, first.orderHash)).toMatchObject({
    status: "confirmed",
    transactionHash: before.transactionHash,
  });
  expect(await waitForOrder(relayer.url, cancel.orderHash)).toMatchObject({
    status: "failed",
    reason: { name: "NonceUsed", args: [0] },
  });
  const runs = await world.countRuns();
  expect([runs.get(first.orderHash), runs.get(cancel.orderHash)]).toEqual([1, undefined]);
});

test("takes along what fees have risen to, so that it is mined while the other could not be", async () => {
  await world.chain.pauseMining();
  const victim = await session.createOrder({ nonce: 0 });
  await submit(victim);
  const before = await waitForOrder(relayer.url, victim.orderHash, isSubmitted);
  const old = await waitUntil({ what: "it in the pool", timeoutMs: 20_000, probe: () => getTransaction(before) });
  const baseFee = 4n * (old.maxFeePerGas ?? 0n);
  await world.chain.setNextBaseFee(baseFee);
  await world.chain.mine();
  const number = Number(await world.chain.client.getBlockNumber());
  await waitForSession(relayer.url, session.sessionId, ({ block }) => block.number === number);
  expect((await waitForOrder(relayer.url, victim.orderHash, () => true)).status).toBe("submitted");
  const cancel = await session.createOrder({ nonce: 0, calls: [], gasLimit: 100_000 });
  await submit(cancel);
  const after = await waitForOrder(relayer.url, cancel.orderHash, isSubmitted);
  await waitUntil({ what: "its successor", timeoutMs: 20_000, probe: () => getTransaction(after) });
  await world.chain.mine();
  expect((await waitForOrder(relayer.url, cancel.orderHash)).status).toBe("confirmed");
  expect((await waitForOrder(relayer.url, victim.orderHash)).status).toBe("cancelled");
});
