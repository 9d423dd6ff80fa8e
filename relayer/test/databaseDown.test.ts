import { createApiPolicy, hashApiPolicy, toScopeJson, toSessionJson } from "@latchkey/sdk";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import {
  parseProblem,
  post,
  request,
  requestAs,
  waitForOrder,
  waitForSession,
  type Answer,
  type RequestSigner,
} from "./support/api.ts";
import { createWorld, type GrantedSession, type SignedTestOrder, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";
import { signControl } from "./support/signControl.ts";
import { hasOwnPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

// A server that others use too is not ours to stop.
describe.skipIf(!hasOwnPostgres)("while the database is down", () => {
  let world: World;
  let postgres: TestPostgres;
  let relayer: RelayerProcess;
  let session: GrantedSession;
  /** Its key may ask for leases. */
  let watched: GrantedSession;
  let next: SignedTestOrder;
  let controls: Record<"surrender" | "revoke" | "pause", Awaited<ReturnType<typeof signControl>>>;
  const policy = createApiPolicy({ ordersPerMinute: 1_000 });
  const sentinelKey = generatePrivateKey();
  const sentinel = privateKeyToAccount(sentinelKey);

  beforeAll(async () => {
    world = await createWorld();
    postgres = await startPostgres({ isOwn: true });
    session = await world.grant(await world.createAccount(), { salt: hashApiPolicy(policy) });
    watched = await world.grant(await world.createAccount(), { sentinel: sentinel.address, leaseTtl: 600 });
    relayer = await startRelayer(
      await world.createEnv({
        DATABASE_URL: await postgres.createDatabase(),
        AUTH_SECRET: `0x${"5e".repeat(32)}`,
        WEBHOOK_NETWORKS: "127.0.0.0/8",
        SENTINEL_PRIVATE_KEY: sentinelKey,
      }),
    );
    for (const { sessionId } of [session, watched]) {
      await waitForSession(relayer.url, sessionId, ({ status }) => status === "active");
    }
    const done = await session.createOrder({ nonce: 0 });
    await post(`${relayer.url}/v1/orders`, done.body);
    await waitForOrder(relayer.url, done.orderHash);
    next = await session.createOrder({ nonce: 1 });
    const { account } = session.session;
    const { sessionId, key } = session;
    controls = {
      surrender: await signControl(world, { message: { type: "Surrender", sessionId }, account, signer: key }),
      revoke: await signControl(world, { message: { type: "Revoke", sessionId }, account }),
      pause: await signControl(world, { message: { type: "Pause" }, account }),
    };
  });
  afterAll(async () => {
    await relayer?.kill();
    await postgres?.stop();
    await world?.stop();
  });

  /** A good request of every route that the API describes, by method and path. */
  function toRequests(): Record<string, () => Promise<Answer>> {
    const { url } = relayer;
    const { key, sessionId } = session;
    const { account } = session.session;
    const content = { session: toSessionJson(session.session), scopes: session.scopes.map(toScopeJson) };
    const webhook = { url: "http://127.0.0.1:9/", account, sessionId };
    const owner = world.chain.accounts.owner.account;
    const ofSession = (what: string) => `${url}/v1/sessions/${sessionId}/${what}`;
    const postAs = (signer: RequestSigner, path: string, body?: unknown) =>
      requestAs(signer, path, { method: "POST", body });
    const id = "6f1c8a8e-2d0b-4d7e-9a54-0e5d1f0a9c11";
    return {
      "POST /v1/orders": () => post(`${url}/v1/orders`, next.body),
      "POST /v1/orders/simulate": () => post(`${url}/v1/orders/simulate`, next.body),
      "GET /v1/orders/{hash}": () => request(`${url}/v1/orders/${next.orderHash}`),
      "DELETE /v1/orders/{hash}": () => requestAs(key, `${url}/v1/orders/${next.orderHash}`, { method: "DELETE" }),
      "GET /v1/sessions/{id}": () => requestAs(key, `${url}/v1/sessions/${sessionId}`),
      "PUT /v1/sessions/{id}": () =>
        requestAs(key, `${url}/v1/sessions/${sessionId}`, { method: "PUT", body: content }),
      "GET /v1/accounts/{address}/sessions": () => request(`${url}/v1/accounts/${account}/sessions`),
      "GET /v1/accounts/{address}/events": () => request(`${url}/v1/accounts/${account}/events`),
      "GET /v1/events": () => request(`${url}/v1/events`),
      "POST /v1/webhooks": () => requestAs(key, `${url}/v1/webhooks`, { method: "POST", body: webhook }),
      "GET /v1/webhooks": () => requestAs(key, `${url}/v1/webhooks?account=${account}&sessionId=${sessionId}`),
      "DELETE /v1/webhooks/{id}": () => requestAs(key, `${url}/v1/webhooks/${id}`, { method: "DELETE" }),
      "POST /v1/sessions/{id}/surrender": () => postAs(key, ofSession("surrender"), controls.surrender),
      "POST /v1/sessions/{id}/revoke": () => postAs(owner, ofSession("revoke"), controls.revoke),
      "POST /v1/accounts/{address}/pause": () => postAs(owner, `${url}/v1/accounts/${account}/pause`, controls.pause),
      "GET /v1/controls/{id}": () => request(`${url}/v1/controls/${id}`),
      "PUT /v1/sessions/{id}/policy": () => requestAs(key, ofSession("policy"), { method: "PUT", body: policy }),
      "GET /v1/sessions/{id}/policy": () => requestAs(key, ofSession("policy")),
      "GET /v1/sessions/{id}/evidence": () => requestAs(key, ofSession("evidence")),
      "POST /v1/sessions/{id}/lease": () => postAs(watched.key, `${url}/v1/sessions/${watched.sessionId}/lease`),
      "POST /v1/sessions/{id}/release": () => postAs(owner, ofSession("release")),
      "POST /v1/credentials": () => requestAs(key, `${url}/v1/credentials`, { method: "POST", body: { sessionId } }),
    };
  }

  /** Those that need no database. */
  const others = ["GET /healthz", "GET /readyz", "GET /v1/info", "GET /v1/fees", "POST /rpc", "GET /v1/encryption-key"];

  async function waitForReadiness(status: 200 | 503): Promise<void> {
    await waitUntil({
      what: `/readyz to answer ${status}`,
      probe: async () => ((await fetch(`${relayer.url}/readyz`)).status === status ? true : undefined),
      timeoutMs: 40_000,
      intervalMs: 100,
    });
  }

  test("knows a request of every route", async () => {
    const { json } = await request(`${relayer.url}/openapi.json`);
    const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(json);
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const known = [...Object.keys(toRequests()), ...others];
    expect(routes.filter((route) => !known.includes(route))).toEqual([]);
  });

  test("answers 503 with Retry-After on every route, and goes on when it is back", { timeout: 120_000 }, async () => {
    await postgres.crash();
    try {
      // The first come before the relayer has noticed.
      for (const [route, ask] of Object.entries(toRequests())) {
        const answer = await ask();
        const problem = parseProblem(answer);
        expect.soft({ route, ...problem }).toMatchObject({
          route,
          status: 503,
          code: "database-unavailable",
          retryable: true,
        });
        expect.soft(Number(answer.headers.get("retry-after")), route).toBeGreaterThan(0);
      }
      const call = { jsonrpc: "2.0", id: 1, method: "wallet_getCallsStatus", params: [next.orderHash] };
      const { json } = await post(`${relayer.url}/rpc`, call);
      expect(json).toMatchObject({ error: { code: -32_000, data: { code: "database-unavailable", retryable: true } } });
      await waitForReadiness(503);
      const { checks } = z
        .object({ checks: z.record(z.string(), z.object({ ok: z.boolean() })) })
        .parse((await request(`${relayer.url}/readyz`)).json);
      expect(checks["database"]?.ok).toBe(false);
      expect((await request(`${relayer.url}/healthz`)).status).toBe(200);
      expect((await request(`${relayer.url}/v1/info`)).status).toBe(200);
      const scrape = await fetch(`${relayer.url}/metrics`);
      expect(scrape.status).toBe(200);
      const metrics = await scrape.text();
      expect(metrics).toMatch(/^latchkey_ready 0$/m);
      expect(metrics).not.toMatch(/^latchkey_orders\{/m);
    } finally {
      await postgres.restart();
    }
    await waitForReadiness(200);
    // What was refused before was refused for the outage alone: nothing of it was used up.
    expect((await post(`${relayer.url}/v1/orders`, next.body)).status).toBe(202);
    expect((await waitForOrder(relayer.url, next.orderHash)).status).toBe("confirmed");
    expect(relayer.getLog()).not.toContain("A request failed");
  });
});
