import { encodeAccountExecute, packOrder, sessionManagerAbi } from "@latchkey/sdk";
import { createWalletClient, encodeFunctionData, erc20Abi, http, type Address, type Hex } from "viem";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { DemoAccounts } from "../../scripts/stack/demoAccounts.ts";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { post, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type SignedTestOrder, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";

vi.setConfig({ testTimeout: 60_000 });

let world: World;
let session: GrantedSession;
let env: RelayerEnv;
let relayer: RelayerProcess;

beforeAll(async () => {
  world = await createWorld();
  env = await world.createEnv({ REPLACE_AFTER_MS: "4000" });
  relayer = await startRelayer(env);
});

beforeEach(async () => {
  await world.chain.resumeMining();
  session = await world.grant(await world.createAccount());
  await waitForSession(relayer.url, session.sessionId);
});

afterAll(async () => {
  await relayer?.kill();
  await world?.stop();
});

async function submit(order: SignedTestOrder): Promise<void> {
  expect(await post(`${relayer.url}/v1/orders`, order.body)).toMatchObject({ status: 202 });
}

const waitUntilSubmitted = ({ orderHash }: SignedTestOrder) =>
  waitForOrder(relayer.url, orderHash, ({ status }) => status === "submitted");

/** Sends a transaction without waiting for it; it pays more than the relayer's, so it goes first. */
async function sendUnmined(from: keyof DemoAccounts, tx: { to: Address; data?: Hex }): Promise<void> {
  const { account } = world.chain.accounts[from];
  const wallet = createWalletClient({ account, chain: foundry, transport: http(world.chain.url) });
  await wallet.sendTransaction({
    gas: 2_000_000n,
    maxPriorityFeePerGas: 50_000_000_000n,
    maxFeePerGas: 100_000_000_000n,
    ...tx,
  });
}

/** A transaction of the hot wallet behind the relayer's back. */
const sendForeign = () => sendUnmined("relayer", { to: world.chain.accounts.relayer.account.address });

async function expectRunOnce({ orderHash }: SignedTestOrder): Promise<void> {
  expect((await world.countRuns()).get(orderHash)).toBe(1);
}

test("raises the fees of a transaction that is not mined, and follows whichever is", async () => {
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

test("sends again what the node has lost, as soon as a block does not have it", async () => {
  await world.chain.pauseMining();
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  await waitUntilSubmitted(order);
  // Other tests have the node forget things too.
  const logged = relayer.getLog().length;
  await waitUntil({
    what: "the relayer to notice",
    timeoutMs: 30_000,
    async probe() {
      // It may have been replaced, or sent again for its age, just before.
      await world.chain.forgetPending();
      await world.chain.mine();
      return relayer.getLog().slice(logged).includes("The node had lost a transaction") ? true : undefined;
    },
  });
  await world.chain.mineEverySecond();
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  await expectRunOnce(order);
});

test("uses the nonces again that it had no money for, also of what it has replaced", async () => {
  const { chain } = world;
  const { address } = chain.accounts.relayer.account;
  const balance = await chain.client.getBalance({ address });
  await chain.pauseMining();
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  const { transactionHash: first } = await waitUntilSubmitted(order);
  await waitForOrder(relayer.url, order.orderHash, ({ transactionHash }) => transactionHash !== first);
  await chain.setBalance(address, 0n);
  await waitUntil({
    what: "the relayer to give the order back",
    timeoutMs: 30_000,
    intervalMs: 500,
    async probe() {
      await chain.mine();
      return relayer.getLog().includes("A hot wallet cannot pay for its transactions") ? true : undefined;
    },
  });
  await chain.forgetPending();
  await chain.setBalance(address, balance);
  await chain.mineEverySecond();
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  await expectRunOnce(order);
});

test("confirms an order that someone else has sent to the contract first", async () => {
  await world.chain.pauseMining();
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  const { transactionHash: own } = await waitUntilSubmitted(order);
  const { signature } = order.body;
  const packed = packOrder({ order: order.order, session: session.session, scopes: session.scopes, signature });
  const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args: [packed] });
  await sendUnmined("stranger", { to: world.manager, data });
  await world.chain.mine(1);
  const confirmed = await waitForOrder(relayer.url, order.orderHash);
  expect(confirmed.status).toBe("confirmed");
  expect(confirmed.transactionHash).not.toBe(own);
  await expectRunOnce(order);
});

test("tries an order again that came too early after the one before", async () => {
  session = await world.grant(await world.createAccount(), { minInterval: 3 });
  await waitForSession(relayer.url, session.sessionId);
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
  await world.chain.pauseMining();
  const { account } = session.session;
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  await waitUntilSubmitted(order);
  const args = [world.chain.accounts.owner.account.address, await world.balanceOf(account)] as const;
  const drain = { target: world.token, data: encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args }) };
  await sendUnmined("owner", { to: account, data: encodeAccountExecute([drain]) });
  await world.chain.mine(1);
  const failed = await waitForOrder(relayer.url, order.orderHash);
  expect(failed).toMatchObject({ status: "failed", reason: { name: "CallReverted" } });
  expect(failed.blockNumber).toBeDefined();
  const other = await session.createOrder({ nonce: 0, amount: 2n });
  expect((await post(`${relayer.url}/v1/orders`, other.body)).json).toMatchObject({ code: "nonce-used" });
});

test("holds the budget of orders in flight, and gives it back", async () => {
  await world.chain.pauseMining();
  const most = 600n * 10n ** 18n;
  const first = await session.createOrder({ nonce: 0, amount: most });
  const second = await session.createOrder({ nonce: 1, amount: most });
  await submit(first);
  const refused = await post(`${relayer.url}/v1/orders`, second.body);
  expect(refused.json).toMatchObject({ code: "budget-reserved", retryable: true });
  const { remaining } = await waitForSession(relayer.url, session.sessionId);
  expect(remaining).toMatchObject([{ remaining: String(1_000n * 10n ** 18n), reserved: String(most) }]);
  await world.chain.mineEverySecond();
  expect((await waitForOrder(relayer.url, first.orderHash)).status).toBe("confirmed");
  const after = await waitForSession(relayer.url, session.sessionId);
  expect(after.remaining).toMatchObject([{ remaining: String(400n * 10n ** 18n), reserved: "0" }]);
  expect((await post(`${relayer.url}/v1/orders`, second.body)).json).toMatchObject({ code: "budget-exceeded" });
});

test("expires an order that cannot be mined in time, and frees its nonce", async () => {
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

test("cancels an order by one without calls on its nonce, before a lane has claimed it", async () => {
  await relayer.stop();
  relayer = await startRelayer({ ...env, BATCH_MAX_AGE_MS: "4000" });
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  const cancel = await session.createOrder({ nonce: 0, calls: [] });
  await submit(cancel);
  expect(await waitForOrder(relayer.url, order.orderHash)).toMatchObject({
    status: "cancelled",
    reason: { name: "OrderCancelled" },
  });
  expect((await waitForOrder(relayer.url, cancel.orderHash)).status).toBe("confirmed");
  expect((await world.countRuns()).get(order.orderHash)).toBeUndefined();
});

test("lets the chain decide between an order in flight and one without calls on its nonce", async () => {
  await world.chain.pauseMining();
  const order = await session.createOrder({ nonce: 0 });
  await submit(order);
  await waitUntilSubmitted(order);
  const cancel = await session.createOrder({ nonce: 0, calls: [] });
  await submit(cancel);
  // One rival is enough.
  const again = await session.createOrder({ nonce: 0, calls: [], deadline: cancel.order.deadline + 1 });
  expect((await post(`${relayer.url}/v1/orders`, again.body)).json).toMatchObject({ code: "nonce-used" });
  const { signature } = cancel.body;
  const packed = packOrder({ order: cancel.order, session: session.session, scopes: session.scopes, signature });
  const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args: [packed] });
  await sendUnmined("stranger", { to: world.manager, data });
  await world.chain.mineEverySecond();
  expect((await waitForOrder(relayer.url, cancel.orderHash)).status).toBe("confirmed");
  expect(await waitForOrder(relayer.url, order.orderHash)).toMatchObject({
    status: "cancelled",
    reason: { name: "NonceUsed" },
  });
});
