import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  parseOrder,
  parseProblem,
  post,
  request,
  requestAs,
  signHeaders,
  waitForOrder,
  waitForSession,
} from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let relayer: RelayerProcess;
let session: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  session = await world.grant(await world.createAccount());
  // Long enough to take orders back before they are claimed.
  relayer = await startRelayer(await world.createEnv({ BATCH_MAX_AGE_MS: "20000" }));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

async function submit(nonce: number) {
  const order = await session.createOrder({ nonce });
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  return { ...order, url: `${relayer.url}/v1/orders/${order.orderHash}` };
}

test("takes an order back for its key, and frees its nonce and budget", async () => {
  const order = await submit(0);
  const answer = await requestAs(session.key, order.url, { method: "DELETE" });
  expect(answer.status).toBe(200);
  expect(parseOrder(answer.json)).toMatchObject({ status: "cancelled", reason: { name: "OrderCancelled" } });
  const state = await waitForSession(relayer.url, session.sessionId);
  expect(state.remaining.map(({ reserved }) => reserved)).toEqual(["0"]);
  // Again: it is cancelled still.
  expect((await requestAs(session.key, order.url, { method: "DELETE" })).status).toBe(200);
  const other = await session.createOrder({ nonce: 0, amount: 2n });
  expect((await post(`${relayer.url}/v1/orders`, other.body)).status).toBe(202);
});

test("takes no order back for nobody, for a stranger, or by a request that was sent before", async () => {
  const order = await submit(1);
  expect(parseProblem(await request(order.url, { method: "DELETE" })).code).toBe("authentication-required");
  const stranger = privateKeyToAccount(generatePrivateKey());
  expect(parseProblem(await requestAs(stranger, order.url, { method: "DELETE" })).code).toBe("not-a-party");
  expect(parseOrder((await request(order.url)).json).status).not.toBe("cancelled");
  const headers = await signHeaders(session.key, order.url, { method: "DELETE" });
  expect((await request(order.url, { method: "DELETE", headers })).status).toBe(200);
  expect(parseProblem(await request(order.url, { method: "DELETE", headers })).code).toBe("request-replayed");
});

test("takes back neither an order that has run nor one that never was", async () => {
  const order = await submit(2);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  const late = await requestAs(session.key, order.url, { method: "DELETE" });
  expect(parseProblem(late)).toMatchObject({ status: 409, code: "order-final", retryable: false });
  const none = `${relayer.url}/v1/orders/0x${"12".repeat(32)}`;
  expect(parseProblem(await requestAs(session.key, none, { method: "DELETE" })).code).toBe("not-found");
});
