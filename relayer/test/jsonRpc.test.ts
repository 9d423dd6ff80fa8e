import { parseOrderJson, templates, type Order } from "@latchkey/sdk";
import { createClient, createWalletClient, http, numberToHex, pad, toHex, type Address, type Hex } from "viem";
import { getCallsStatus, getCapabilities, waitForCallsStatus } from "viem/actions";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { post, request, signHeaders, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";
import { startTcpProxy, type TcpProxy } from "./support/startTcpProxy.ts";

let world: World;
let proxy: TcpProxy;
let relayer: RelayerProcess;
let account: Address;
let session: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
  session = await world.grant(account);
  proxy = await startTcpProxy(world.chain.url);
  // Long enough for orders that come together to go together.
  relayer = await startRelayer(await world.createEnv({ RPC_URL: proxy.url, BATCH_MAX_AGE_MS: "500" }));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.stop();
  await proxy?.cut();
  await world?.stop();
});

const chainId = numberToHex(foundry.id);
const getClient = () => createClient({ chain: foundry, transport: http(`${relayer.url}/rpc`), pollingInterval: 50 });

const answerSchema = z.strictObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.number(), z.string(), z.null()]),
  result: z.unknown().optional(),
  error: z.strictObject({ code: z.number(), message: z.string().min(1), data: z.unknown().optional() }).optional(),
});

async function call(method: string, params: unknown, headers: Record<string, string> = {}) {
  const { status, json } = await request(`${relayer.url}/rpc`, {
    method: "POST",
    body: { jsonrpc: "2.0", id: 1, method, params },
    headers,
  });
  expect(status).toBe(200);
  return answerSchema.parse(json);
}

const preparedSchema = z.strictObject({
  capabilities: z.record(z.string(), z.unknown()),
  chainId: z.string(),
  context: z.object({ order: z.unknown() }),
  digest: z.templateLiteral(["0x", z.string()]),
  version: z.string(),
});
const sentSchema = z.tuple([z.strictObject({ id: z.string(), capabilities: z.object({}) })]);

const toWire = ({ target, data, value }: { target: Address; data: Hex; value: bigint }) => ({
  to: target,
  data,
  value: numberToHex(value),
});

function prepare(granted: GrantedSession, options: object = {}, amount = 3n) {
  return call("wallet_prepareCalls", [
    {
      version: "1",
      chainId,
      from: account,
      calls: [toWire(granted.createCall(amount))],
      capabilities: { permissions: { id: granted.sessionId } },
      ...options,
    },
  ]);
}

/** As of ERC-7836: the digest is signed, everything else is passed on. */
async function send(granted: GrantedSession, prepared: unknown) {
  const { digest, ...rest } = preparedSchema.parse(prepared);
  const { sign } = granted.key;
  if (sign === undefined) throw new Error("The key signs digests");
  const signature = { type: "secp256k1", value: await sign({ hash: digest }) };
  return call("wallet_sendPreparedCalls", [{ ...rest, signature }]);
}

test("prepares calls, takes them signed, and viem follows them to their receipt", async () => {
  const prepared = await prepare(session);
  const { digest, context } = preparedSchema.parse(prepared.result);
  const order: Order = parseOrderJson(context.order);
  expect(order).toMatchObject({ sessionId: session.sessionId, nonce: 0, calls: [session.createCall(3n)] });
  const [{ id }] = sentSchema.parse((await send(session, prepared.result)).result);
  expect(id).toBe(digest);
  const status = await waitForCallsStatus(getClient(), { id, timeout: 20_000 });
  expect(status).toMatchObject({
    status: "success",
    statusCode: 200,
    chainId: foundry.id,
    atomic: true,
    version: "2.0.0",
  });
  const [receipt] = status.receipts ?? [];
  expect(receipt).toMatchObject({ status: "success" });
  expect(receipt?.gasUsed).toBeGreaterThan(21_000n);
  // The transfer and the order's own event.
  expect(receipt?.logs.map(({ address }) => address.toLowerCase())).toEqual([
    world.token.toLowerCase(),
    world.manager.toLowerCase(),
  ]);
});

test("gives each order of a transaction its own logs only", async () => {
  const [one, two] = [await world.grant(account), await world.grant(account)];
  for (const { sessionId } of [one, two]) {
    await waitForSession(relayer.url, sessionId, ({ status }) => status === "active");
  }
  const orders = [await one.createOrder({ nonce: 0, amount: 11n }), await two.createOrder({ nonce: 0, amount: 22n })];
  await Promise.all(orders.map(({ body }) => post(`${relayer.url}/v1/orders`, body)));
  for (const { orderHash } of orders) await waitForOrder(relayer.url, orderHash);
  const receipts = await Promise.all(
    orders.map(async ({ orderHash }) => (await getCallsStatus(getClient(), { id: orderHash })).receipts?.[0]),
  );
  expect(new Set(receipts.map((receipt) => receipt?.transactionHash)).size).toBe(1);
  for (const [index, receipt] of receipts.entries()) {
    const [transfer, outcome, ...rest] = receipt?.logs ?? [];
    expect(transfer?.data).toBe(pad(toHex(index === 0 ? 11n : 22n), { size: 32 }));
    expect(outcome?.topics[2]).toBe(orders[index]?.orderHash);
    expect(rest).toEqual([]);
  }
});

test("counts nonces in flight for the key, and only those on chain for others", async () => {
  const granted = await world.grant(account);
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "active");
  await world.chain.pauseMining();
  const order = await granted.createOrder({ nonce: 0 });
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  const getNonce = (answer: z.infer<typeof answerSchema>) =>
    parseOrderJson(preparedSchema.parse(answer.result).context.order).nonce;
  expect(getNonce(await prepare(granted))).toBe(0);
  const params = [{ version: "1", chainId, calls: [], capabilities: { permissions: { id: granted.sessionId } } }];
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "wallet_prepareCalls", params });
  const url = `${relayer.url}/rpc`;
  const headers = await signHeaders(granted.key, url, { method: "POST", body });
  const signed = () => request(url, { method: "POST", body, headers });
  expect(getNonce(answerSchema.parse((await signed()).json))).toBe(1);
  expect((await signed()).status).toBe(401);
  expect((await getCallsStatus(getClient(), { id: order.orderHash })).statusCode).toBe(100);
  await world.chain.resumeMining();
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
});

test("says 500 with a failed receipt for what failed inside a transaction that succeeded, and 400 for what never ran", async () => {
  // Two orders that are fine one by one, of an account that can pay for one only.
  const poor = await world.createAccount();
  const balance = await world.balanceOf(poor);
  const payments = templates.payment({ token: world.token, recipients: [recipient], amount: 2n * balance, period: 0 });
  const rich = await world.grant(poor, payments);
  await waitForSession(relayer.url, rich.sessionId, ({ status }) => status === "active");
  await world.chain.pauseMining();
  const [first, second] = [
    await rich.createOrder({ nonce: 0, amount: balance }),
    await rich.createOrder({ nonce: 1, amount: balance }),
  ];
  for (const { body } of [first, second]) expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(202);
  await world.chain.resumeMining();
  expect((await waitForOrder(relayer.url, first.orderHash)).status).toBe("confirmed");
  expect((await waitForOrder(relayer.url, second.orderHash)).status).toBe("failed");
  const [ran, failed] = [
    await getCallsStatus(getClient(), { id: first.orderHash }),
    await getCallsStatus(getClient(), { id: second.orderHash }),
  ];
  expect(ran.receipts?.[0]?.logs).toHaveLength(2);
  expect(failed).toMatchObject({ status: "failure", statusCode: 500 });
  expect(failed.receipts).toMatchObject([{ status: "reverted", logs: [{ address: world.manager.toLowerCase() }] }]);

  await world.chain.pauseMining();
  const deadline = (await world.chain.getTime()) + 2;
  const late = await session.createOrder({ nonce: 40, deadline });
  expect((await post(`${relayer.url}/v1/orders`, late.body)).status).toBe(202);
  await world.chain.mineAt(deadline + 10);
  await world.chain.resumeMining();
  expect((await waitForOrder(relayer.url, late.orderHash)).status).toBe("expired");
  expect(await getCallsStatus(getClient(), { id: late.orderHash })).toMatchObject({
    status: "failure",
    statusCode: 400,
    receipts: [],
  });
});

test("tells viem what it can do", async () => {
  const client = createWalletClient({ account, chain: foundry, transport: http(`${relayer.url}/rpc`) });
  const own = await getCapabilities(client, { chainId: foundry.id });
  expect(own).toMatchObject({ atomic: { status: "supported" }, permissions: { supported: true } });
  expect(Object.keys(await getCapabilities(client))).toEqual([String(foundry.id)]);
  expect((await call("wallet_getCapabilities", [account, ["0x1"]])).result).toEqual({});
});

const unknown: Hex = `0x${"ab".repeat(32)}`;

test.each<[string, () => Promise<unknown>, number, string?]>([
  ["an unknown method", () => call("eth_sendTransaction", []), -32_601],
  ["a method of the language", () => call("constructor", []), -32_601],
  ["no parameters", () => call("wallet_prepareCalls", []), -32_602],
  ["another chain", () => prepare(session, { chainId: "0x1" }), 5_710],
  ["no session", () => prepare(session, { capabilities: {} }), -32_602],
  [
    "an unknown session",
    () => prepare(session, { capabilities: { permissions: { id: unknown } } }),
    -32_000,
    "session-unknown",
  ],
  ["another account", () => prepare(session, { from: recipient }), -32_000, "call-invalid"],
  [
    "a capability it has not",
    () => prepare(session, { capabilities: { permissions: { id: session.sessionId }, paymasterService: { url: "" } } }),
    5_700,
  ],
  [
    "a call outside the scopes",
    () => prepare(session, { calls: [{ to: recipient, value: "0x1" }] }),
    -32_000,
    "scope-not-granted",
  ],
  ["a status of nothing", () => call("wallet_getCallsStatus", [unknown]), 5_730],
  ["a status of no hash", () => call("wallet_getCallsStatus", ["0x12"]), -32_602],
  [
    "a signature of someone else",
    async () => send({ ...session, key: (await world.draft(account)).key }, (await prepare(session)).result),
    -32_000,
    "signature-invalid",
  ],
  [
    "another session than the order's",
    async () =>
      send(session, {
        ...preparedSchema.parse((await prepare(session)).result),
        capabilities: { permissions: { id: unknown } },
      }),
    -32_602,
  ],
])("refuses %s with its code", async (_, ask, code, problem) => {
  const { error } = answerSchema.parse(await ask());
  expect(error?.code).toBe(code);
  if (problem !== undefined) expect(error?.data).toMatchObject({ code: problem, retryable: false });
});

test("takes a capability that it has not if it is optional", async () => {
  const capabilities = { permissions: { id: session.sessionId }, paymasterService: { optional: true } };
  expect((await prepare(session, { capabilities })).error).toBeUndefined();
});

test("answers batches, and nothing that wants no answer", async () => {
  const url = `${relayer.url}/rpc`;
  const ask = { jsonrpc: "2.0", method: "eth_chainId" };
  const { json } = await post(url, [{ ...ask, id: 7 }, { ...ask }, { ...ask, id: "b" }, 5]);
  expect(json).toMatchObject([
    { jsonrpc: "2.0", id: 7, result: chainId },
    { jsonrpc: "2.0", id: "b", result: chainId },
    { jsonrpc: "2.0", id: null, error: { code: -32_600 } },
  ]);
  expect(await post(url, ask)).toMatchObject({ status: 204, json: undefined });
  expect(
    (
      await post(
        url,
        Array.from({ length: 21 }, (_, id) => ({ ...ask, id })),
      )
    ).status,
  ).toBe(400);
});

test("says that a receipt cannot be read while the node is silent, and takes nothing back", async () => {
  const order = await session.createOrder({ nonce: 41 });
  await post(`${relayer.url}/v1/orders`, order.body);
  await waitForOrder(relayer.url, order.orderHash);
  await proxy.cut();
  const { error } = await call("wallet_getCallsStatus", [order.orderHash]);
  expect(error).toMatchObject({ code: -32_000, data: { code: "rpc-unavailable", retryable: true } });
  await proxy.restore();
  expect((await getCallsStatus(getClient(), { id: order.orderHash })).statusCode).toBe(200);
});
