import { packOrder, sessionManagerAbi } from "@latchkey/sdk";
import { createWalletClient, encodeFunctionData, http, type Hex } from "viem";
import { foundry } from "viem/chains";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { post, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type SignedTestOrder, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let session: GrantedSession;
let env: RelayerEnv;
let relayer: RelayerProcess;

beforeAll(async () => {
  world = await createWorld();
});

beforeEach(async () => {
  await world.chain.resumeMining();
  session = await world.grant(await world.createAccount());
});

afterEach(async () => {
  await relayer.kill();
});

afterAll(async () => {
  await world?.stop();
});

async function start(changes: RelayerEnv = {}): Promise<void> {
  env = await world.createEnv(changes);
  relayer = await startRelayer(env);
  await waitForSession(relayer.url, session.sessionId);
}

async function submit(order: SignedTestOrder): Promise<void> {
  const { status, json } = await post(`${relayer.url}/v1/orders`, order.body);
  expect(status, JSON.stringify(json)).toBe(202);
}

const waitUntilSubmitted = ({ orderHash }: SignedTestOrder) =>
  waitForOrder(relayer.url, orderHash, ({ status }) => status === "submitted");

/** Sends an empty transaction of the hot wallet behind the relayer's back; it waits to be mined. */
async function sendForeign(): Promise<Hex> {
  const { account } = world.chain.accounts.relayer;
  const wallet = createWalletClient({ account, chain: foundry, transport: http(world.chain.url) });
  return wallet.sendTransaction({ to: account.address, value: 0n, gas: 21_000n });
}

async function expectRunOnce({ orderHash }: SignedTestOrder): Promise<void> {
  expect((await world.countRuns()).get(orderHash)).toBe(1);
}

test("raises the fees of a transaction that is not mined, and follows whichever is", async () => {
  await start({ REPLACE_AFTER_MS: "1000" });
  await world.chain.pauseMining();
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  const { transactionHash: first } = await waitUntilSubmitted(order);
  const { transactionHash: second } = await waitForOrder(
    relayer.url,
    order.orderHash,
    ({ transactionHash }) => transactionHash !== undefined && transactionHash !== first,
  );
  await world.chain.mineEverySecond();
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  expect(second).toBeDefined();
  await expectRunOnce(order);
});

test("puts an order back when a reorg undoes its block, and confirms it again", async () => {
  await start();
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  const { blockNumber } = await waitForOrder(relayer.url, order.orderHash);
  await world.chain.pauseMining();
  await world.chain.reorganise(1);
  expect((await world.countRuns()).get(order.orderHash)).toBeUndefined();
  await waitForOrder(relayer.url, order.orderHash, ({ status }) => status !== "confirmed");
  await world.chain.mineEverySecond();
  const again = await waitForOrder(relayer.url, order.orderHash);
  expect(again.status).toBe("confirmed");
  expect(again.blockNumber).toBeGreaterThan(blockNumber ?? 0);
  await expectRunOnce(order);
});

test("submits again when someone else's transaction takes the nonce", async () => {
  await start();
  await world.chain.pauseMining();
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  const { transactionHash: lost } = await waitUntilSubmitted(order);
  await relayer.kill();
  await world.chain.forgetPending();
  await sendForeign();
  await world.chain.mine(1);
  await world.chain.mineEverySecond();
  relayer = await startRelayer(env);
  const confirmed = await waitForOrder(relayer.url, order.orderHash);
  expect(confirmed.status).toBe("confirmed");
  expect(confirmed.transactionHash).not.toBe(lost);
  await expectRunOnce(order);
});

test("fills a nonce that someone else's forgotten transaction left open", async () => {
  await start();
  await world.chain.pauseMining();
  await sendForeign();
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  await waitUntilSubmitted(order);
  await world.chain.forgetPending();
  await world.chain.mineEverySecond();
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  await expectRunOnce(order);
});

test("confirms an order that someone else has sent to the contract", async () => {
  await start({ BATCH_MAX_AGE_MS: "60000" });
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  const { signature } = order.body;
  const packed = packOrder({ order: order.order, session: session.session, scopes: session.scopes, signature });
  const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args: [packed] });
  await world.chain.send("stranger", { to: world.manager, data });
  const confirmed = await waitForOrder(relayer.url, order.orderHash);
  expect(confirmed.status).toBe("confirmed");
  await expectRunOnce(order);
});

test("tries an order again that came too early after the one before", async () => {
  session = await world.grant(await world.createAccount(), { minInterval: 3 });
  await start();
  await world.chain.pauseMining();
  const orders = await Promise.all([0, 1].map((nonce) => session.createOrder({ nonce })));
  for (const order of orders) await submit(order);
  await world.chain.mineEverySecond();
  for (const order of orders) {
    expect(await waitForOrder(relayer.url, order.orderHash)).toMatchObject({ status: "confirmed" });
    await expectRunOnce(order);
  }
});

test("says why an order failed on the chain, and keeps its nonce used", async () => {
  await start();
  await world.chain.pauseMining();
  const amount = await world.balanceOf(session.session.account);
  const orders = await Promise.all(
    [0, 1].map((nonce) => session.createOrder({ nonce, amount: 600n * 10n ** 18n - BigInt(nonce) })),
  );
  expect(amount).toBeGreaterThan(0n);
  const [first, second] = orders;
  if (first === undefined || second === undefined) throw new Error("There are two orders");
  await submit(first);
  const refused = await post(`${relayer.url}/v1/orders`, second.body);
  expect(refused.json).toMatchObject({ code: "budget-reserved", retryable: true });
  await world.chain.mineEverySecond();
  expect((await waitForOrder(relayer.url, first.orderHash)).status).toBe("confirmed");
});

test("expires an order that cannot be mined in time, and frees its nonce", async () => {
  await start();
  await world.chain.pauseMining();
  const deadline = (await world.chain.getTime()) + 20;
  const late = await session.createOrder({ nonce: 0, deadline });
  await submit(late);
  await waitUntilSubmitted(late);
  await world.chain.forgetPending();
  await world.chain.mineAt(deadline + 1);
  const expired = await waitForOrder(relayer.url, late.orderHash);
  expect(expired).toMatchObject({ status: "expired", reason: { name: "OrderExpired" } });
  await world.chain.mineEverySecond();
  const next = await session.createOrder({ nonce: 0, amount: 2n, deadline: deadline + 3_600 });
  await submit(next);
  expect((await waitForOrder(relayer.url, next.orderHash)).status).toBe("confirmed");
  expect((await world.countRuns()).get(late.orderHash)).toBeUndefined();
});
