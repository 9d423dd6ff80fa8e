import { encodeRevoke } from "@latchkey/sdk";
import type { Address } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseProblem, post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { readStream } from "./support/readStream.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let env: RelayerEnv;
let relayer: RelayerProcess;
let account: Address;
let session: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
  session = await world.grant(account);
  env = await world.createEnv();
  relayer = await startRelayer(env);
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.kill();
  await world?.stop();
});

/** Its order is in a block of the chain as it is now, once. */
async function checkTruth(orderHash: `0x${string}`): Promise<void> {
  const order = await waitForOrder(relayer.url, orderHash);
  expect(order.status).toBe("confirmed");
  const receipt = await world.chain.client.getTransactionReceipt({ hash: order.transactionHash ?? "0x" });
  expect(Number(receipt.blockNumber)).toBe(order.blockNumber);
  expect((await world.countRuns()).get(orderHash)).toBe(1);
}

test.for([1, 2, 3])("takes an order back and confirms it again after a reorg %i deep", async (depth) => {
  const { remaining: before } = await waitForSession(relayer.url, session.sessionId);
  const { orderHash, body } = await session.createOrder({ nonce: depth, amount: 11n });
  expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(202);
  await waitForOrder(relayer.url, orderHash);
  await world.chain.mine(depth - 1);

  await world.chain.pauseMining();
  const stream = await readStream(
    `${relayer.url}/v1/events`,
    (events) => events.some(({ event }) => event === "EventUndone"),
    { onOpen: () => world.chain.reorganise(depth) },
  );
  expect(stream.at(-1)).toMatchObject({ event: "EventUndone", data: { undoneEvent: "OrderExecuted", orderHash } });
  const undone = await waitForOrder(relayer.url, orderHash, ({ status }) => status !== "confirmed");
  expect(["accepted", "submitted"]).toContain(undone.status);
  expect(undone.blockNumber).toBeUndefined();
  expect((await world.countRuns()).get(orderHash)).toBeUndefined();
  // Its spend is reserved again, not spent.
  const state = await waitForSession(relayer.url, session.sessionId);
  expect(state.remaining).toMatchObject([{ remaining: before[0]?.remaining, reserved: "11" }]);
  const { json } = await request(`${relayer.url}/v1/accounts/${account}/events`);
  expect(JSON.stringify(json)).not.toContain(orderHash);

  await world.chain.mineEverySecond();
  await checkTruth(orderHash);
  const countEvents = async () => {
    const { json: events } = await request(`${relayer.url}/v1/accounts/${account}/events`);
    return JSON.stringify(events).split(orderHash).length - 1;
  };
  // As soon as it has its number.
  await expect.poll(countEvents, { timeout: 20_000 }).toBe(1);
  await world.chain.resumeMining();
});

test("confirms an order again that a reorg undid while the relayer was dead", async () => {
  const { orderHash, body } = await session.createOrder({ nonce: 10 });
  expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(202);
  expect((await waitForOrder(relayer.url, orderHash)).status).toBe("confirmed");
  await relayer.kill();
  await world.chain.pauseMining();
  await world.chain.reorganise(2);
  expect((await world.countRuns()).get(orderHash)).toBeUndefined();
  await world.chain.mineEverySecond();
  relayer = await startRelayer(env);
  await checkTruth(orderHash);
  await world.chain.resumeMining();
});

test("takes back a revocation that a reorg undid, and believes the one that came again", async () => {
  const other = await world.grant(account);
  await world.chain.mine(2);
  await world.callAsAccount(account, encodeRevoke(other.session));
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "revoked");
  await world.chain.reorganise(1);
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "active");
  await world.callAsAccount(account, encodeRevoke(other.session));
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "revoked");
  const { body } = await other.createOrder({ nonce: 0 });
  expect(parseProblem(await post(`${relayer.url}/v1/orders`, body))).toMatchObject({ code: "session-revoked" });
});
