import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseOrder, post, request, waitForOrder, waitForSession } from "./support/api.ts";
import {
  createWorld,
  recipient,
  type GrantedSession,
  type SignedTestOrder,
  type World,
} from "./support/createWorld.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let env: RelayerEnv;
let relayer: RelayerProcess;
const sessions: GrantedSession[] = [];
/** Every order that was answered with 202 or 200. */
const acknowledged = new Set<string>();
const paid = 3n;

beforeAll(async () => {
  world = await createWorld();
  for (let count = 0; count < 2; count += 1) {
    const account = await world.createAccount();
    sessions.push(await world.grant(account), await world.grant(account));
  }
  await world.chain.mineEverySecond();
  env = await world.createEnv({}, { isEmbedded: true });
  relayer = await startRelayer(env);
  for (const { sessionId } of sessions) await waitForSession(relayer.url, sessionId);
});

afterAll(async () => {
  await relayer?.kill();
  await world?.stop();
});

async function createOrders(nonces: readonly number[]): Promise<SignedTestOrder[]> {
  return Promise.all(
    nonces.flatMap((nonce) => sessions.map((session) => session.createOrder({ nonce, amount: paid }))),
  );
}

/** Submits all at once; what breaks off because the relayer dies is not acknowledged. */
async function submitAll(orders: readonly SignedTestOrder[]): Promise<void> {
  await Promise.all(
    orders.map(async ({ body, orderHash }) => {
      const answer = await post(`${relayer.url}/v1/orders`, body).catch(() => undefined);
      if (answer === undefined) return;
      if (answer.status !== 200 && answer.status !== 202) throw new Error(`It was refused: ${JSON.stringify(answer)}`);
      expect(parseOrder(answer.json).orderHash).toBe(orderHash);
      acknowledged.add(orderHash);
    }),
  );
}

/** Acknowledged orders that are not there at once, do not end confirmed, or did not run exactly once. */
async function findFaults(): Promise<string[]> {
  const faults: string[] = [];
  for (const orderHash of acknowledged) {
    const { status } = await request(`${relayer.url}/v1/orders/${orderHash}`);
    if (status !== 200) faults.push(`${orderHash} is lost: ${status}`);
  }
  if (faults.length > 0) return faults;
  for (const orderHash of acknowledged) {
    const order = await waitForOrder(relayer.url, orderHash);
    if (order.status !== "confirmed") faults.push(`${orderHash} is ${JSON.stringify(order)}`);
  }
  const runs = await world.countRuns();
  for (const orderHash of acknowledged) {
    const count = runs.get(orderHash as `0x${string}`);
    if (count !== 1) faults.push(`${orderHash} ran ${count ?? 0} times`);
  }
  if ((await world.balanceOf(recipient)) !== paid * BigInt(runs.size)) faults.push("It paid more or less than it ran");
  return faults;
}

test("loses and repeats nothing when it is killed at random instants of submitting", { timeout: 180_000 }, async () => {
  for (let round = 0; round < 3; round += 1) {
    const orders = await createOrders(Array.from({ length: 8 }, (_, index) => round * 8 + index));
    const submitted = submitAll(orders);
    await sleep(Math.floor(Math.random() * 1_500));
    await relayer.kill();
    await submitted;
    relayer = await startRelayer(env);
    // What was not acknowledged is sent again by its bot, whether it had been stored or not.
    await submitAll(orders);
    for (const { orderHash } of orders) expect(acknowledged).toContain(orderHash);
  }
  expect(await findFaults()).toEqual([]);
});

test("loses nothing when it is killed right after the acknowledgement", async () => {
  await world.chain.pauseMining();
  await submitAll(await createOrders([32, 33, 34, 35]));
  await relayer.kill();
  await world.chain.mineEverySecond();
  relayer = await startRelayer(env);
  expect(await findFaults()).toEqual([]);
});

test("repeats nothing when its transactions are mined while it is dead", async () => {
  await world.chain.pauseMining();
  const orders = await createOrders([36, 37]);
  await submitAll(orders);
  for (const { orderHash } of orders) {
    await waitForOrder(relayer.url, orderHash, ({ status }) => status === "submitted");
  }
  // Submitted means stored: the node has it a moment later.
  await world.chain.waitForPending(world.chain.accounts.relayer.account.address);
  await relayer.kill();
  await world.chain.mine(2);
  await world.chain.mineEverySecond();
  relayer = await startRelayer(env);
  expect(await findFaults()).toEqual([]);
});

test("broadcasts again what the node forgot while it was dead", async () => {
  await world.chain.pauseMining();
  const orders = await createOrders([38, 39]);
  await submitAll(orders);
  for (const { orderHash } of orders) {
    await waitForOrder(relayer.url, orderHash, ({ status }) => status === "submitted");
  }
  await world.chain.waitForPending(world.chain.accounts.relayer.account.address);
  await relayer.kill();
  await world.chain.forgetPending();
  await world.chain.mineEverySecond();
  relayer = await startRelayer(env);
  expect(await findFaults()).toEqual([]);
});

test("keeps what an order was answered with across a restart", async () => {
  const [order] = await createOrders([40]);
  if (order === undefined) throw new Error("There are sessions");
  await submitAll([order]);
  const confirmed = await waitForOrder(relayer.url, order.orderHash);
  expect(await relayer.stop()).toBe(0);
  relayer = await startRelayer(env);
  const again = await post(`${relayer.url}/v1/orders`, order.body);
  expect(again.status).toBe(200);
  expect(again.json).toEqual((await request(`${relayer.url}/v1/orders/${order.orderHash}`)).json);
  expect(parseOrder(again.json)).toEqual(confirmed);
  expect(await findFaults()).toEqual([]);
});
