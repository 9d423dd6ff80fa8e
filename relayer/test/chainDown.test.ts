import { encodeRevoke, toScopeJson, toSessionJson } from "@latchkey/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { parseProblem, post, put, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";
import { startTcpProxy, type TcpProxy } from "./support/startTcpProxy.ts";

let world: World;
let proxy: TcpProxy;
let relayer: RelayerProcess;
let session: GrantedSession;
let revoked: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  const account = await world.createAccount();
  session = await world.grant(account);
  revoked = await world.grant(account);
  await world.callAsAccount(account, encodeRevoke(revoked.session));
  proxy = await startTcpProxy(world.chain.url);
  relayer = await startRelayer(await world.createEnv({ RPC_URL: proxy.url, RPC_TIMEOUT_MS: "2000" }));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  await waitForSession(relayer.url, revoked.sessionId, ({ status }) => status === "revoked");
});

afterAll(async () => {
  await relayer?.kill();
  await proxy?.cut();
  await world?.stop();
});

async function waitForReadiness(status: 200 | 503): Promise<void> {
  await waitUntil({
    what: `/readyz to answer ${status}`,
    probe: async () => ((await fetch(`${relayer.url}/readyz`)).status === status ? true : undefined),
    timeoutMs: 25_000,
    intervalMs: 50,
  });
}

test("says 503 to everything that needs the chain while the node is down, and goes on afterwards", async () => {
  const done = await session.createOrder({ nonce: 0 });
  expect((await post(`${relayer.url}/v1/orders`, done.body)).status).toBe(202);
  await waitForOrder(relayer.url, done.orderHash);
  const [order, ofRevoked] = [await session.createOrder({ nonce: 1 }), await revoked.createOrder({ nonce: 0 })];
  const content = { session: toSessionJson(session.session), scopes: session.scopes.map(toScopeJson) };

  await proxy.cut();
  const ask = () => [
    // A session known to be active is not taken for active, and one known to be revoked is not called revoked.
    post(`${relayer.url}/v1/orders`, order.body),
    post(`${relayer.url}/v1/orders/simulate`, order.body),
    post(`${relayer.url}/v1/orders`, ofRevoked.body),
    request(`${relayer.url}/v1/sessions/${session.sessionId}`),
    request(`${relayer.url}/v1/accounts/${session.session.account}/sessions`),
    put(`${relayer.url}/v1/sessions/${session.sessionId}`, content, session.key),
  ];
  // At once, before the relayer has noticed, an order must already be refused; what was read before may still be told.
  const first = await post(`${relayer.url}/v1/orders`, order.body);
  expect(parseProblem(first)).toMatchObject({ status: 503, code: "rpc-unavailable", retryable: true });
  await waitForReadiness(503);
  for (const answer of await Promise.all(ask())) {
    const problem = parseProblem(answer);
    expect(problem).toMatchObject({ status: 503, code: "rpc-unavailable", retryable: true });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }

  // What needs no chain goes on.
  expect((await request(`${relayer.url}/healthz`)).status).toBe(200);
  expect(await request(`${relayer.url}/v1/orders/${done.orderHash}`)).toMatchObject({
    status: 200,
    json: { status: "confirmed" },
  });
  const events = await request(`${relayer.url}/v1/accounts/${session.session.account}/events`);
  expect(events.status).toBe(200);
  // Whether a key that did not sign as an address is a contract that owns to the signature, only the chain knows.
  const forged = { ...order.body, signature: done.body.signature };
  expect(parseProblem(await post(`${relayer.url}/v1/orders`, forged))).toMatchObject({ code: "rpc-unavailable" });

  await proxy.restore();
  await waitForReadiness(200);
  expect(parseProblem(await post(`${relayer.url}/v1/orders`, forged))).toMatchObject({ code: "signature-invalid" });
  // Nothing was kept of the refused order.
  expect((await request(`${relayer.url}/v1/orders/${order.orderHash}`)).status).toBe(404);
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  const refused = parseProblem(await post(`${relayer.url}/v1/orders`, ofRevoked.body));
  expect(refused).toMatchObject({ status: 403, code: "session-revoked" });
});

test("says 503 when the node takes requests and never answers", async () => {
  const order = await session.createOrder({ nonce: 2 });
  proxy.freeze();
  try {
    const answer = await post(`${relayer.url}/v1/orders`, order.body);
    expect(parseProblem(answer)).toMatchObject({ status: 503, code: "rpc-unavailable", retryable: true });
  } finally {
    proxy.thaw();
  }
  await waitForReadiness(200);
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
});

test("submits what it accepted before the node went down", async () => {
  await world.chain.pauseMining();
  const order = await session.createOrder({ nonce: 3 });
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  await proxy.cut();
  await world.chain.forgetPending();
  await world.chain.resumeMining();
  await waitForReadiness(503);
  const waiting = await request(`${relayer.url}/v1/orders/${order.orderHash}`);
  expect(["accepted", "submitted"]).toContain((waiting.json as { status: unknown }).status);
  await proxy.restore();
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  expect((await world.countRuns()).get(order.orderHash)).toBe(1);
});
