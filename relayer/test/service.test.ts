import { afterAll, beforeAll, expect, test } from "vitest";
import { zeroAddress } from "viem";
import { z } from "zod";
import { parseProblem, request } from "./support/api.ts";
import { createWorld, type World } from "./support/createWorld.ts";
import { runToEnd, startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";

/** More than the other tests need. */
const requestsPerMinute = 1_000;

let world: World;
let env: RelayerEnv;
let relayer: RelayerProcess;

beforeAll(async () => {
  world = await createWorld();
  const changes = { REQUESTS_PER_MINUTE: String(requestsPerMinute), CORS_ORIGINS: "https://app.example" };
  env = await world.createEnv(changes, { isEmbedded: true });
  relayer = await startRelayer(env);
});

afterAll(async () => {
  await relayer?.kill();
  await world?.stop();
});

test("says which chain and contract it serves, and who submits", async () => {
  const { json } = await request(`${relayer.url}/v1/info`);
  expect(json).toMatchObject({
    chainId: world.chain.chainId,
    manager: world.manager,
    relayer: world.chain.accounts.relayer.account.address,
  });
});

test("is healthy and ready, and says of each check that it passed", async () => {
  expect((await request(`${relayer.url}/healthz`)).status).toBe(200);
  const { status, json } = await request(`${relayer.url}/readyz`);
  expect(status).toBe(200);
  const ok = { ok: true };
  expect(json).toMatchObject({ ready: true, checks: { database: ok, chain: ok, contract: ok } });
});

const schemaSchema = z.record(z.string(), z.unknown());
const operationSchema = z.object({
  summary: z.string().min(1),
  parameters: z
    .array(z.object({ name: z.string(), in: z.enum(["path", "query", "header"]), schema: schemaSchema }))
    .default([]),
  requestBody: z.object({ content: z.object({ "application/json": z.object({ schema: schemaSchema }) }) }).optional(),
  responses: z.record(z.string().regex(/^([1-5]\d\d|[1-5]XX|default)$/), z.object({ description: z.string().min(1) })),
});
const openApiSchema = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(z.enum(["get", "put", "post", "delete", "patch"]), operationSchema),
  ),
});

test("describes every route in OpenAPI 3.1", async () => {
  const { status, headers, json } = await request(`${relayer.url}/openapi.json`);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  const document = openApiSchema.parse(json);
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.toSorted()).toEqual([
    "DELETE /v1/orders/{hash}",
    "DELETE /v1/webhooks/{id}",
    "GET /healthz",
    "GET /readyz",
    "GET /v1/accounts/{address}/events",
    "GET /v1/accounts/{address}/sessions",
    "GET /v1/controls/{id}",
    "GET /v1/encryption-key",
    "GET /v1/events",
    "GET /v1/fees",
    "GET /v1/info",
    "GET /v1/orders/{hash}",
    "GET /v1/sessions/{id}",
    "GET /v1/sessions/{id}/evidence",
    "GET /v1/sessions/{id}/policy",
    "GET /v1/webhooks",
    "POST /rpc",
    "POST /v1/accounts/{address}/pause",
    "POST /v1/credentials",
    "POST /v1/orders",
    "POST /v1/orders/simulate",
    "POST /v1/sessions/{id}/lease",
    "POST /v1/sessions/{id}/release",
    "POST /v1/sessions/{id}/revoke",
    "POST /v1/sessions/{id}/surrender",
    "POST /v1/webhooks",
    "PUT /v1/sessions/{id}",
    "PUT /v1/sessions/{id}/policy",
  ]);
  for (const [path, methods] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const [method, { parameters, requestBody }] of Object.entries(methods)) {
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
      expect({ path, method, inPath, takesBody: requestBody !== undefined }).toEqual({
        path,
        method,
        inPath: named,
        takesBody: (method === "post" || method === "put") && !/\/(lease|release)$/.test(path),
      });
    }
  }
  // References lead somewhere.
  const references = [...JSON.stringify(json).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = ""]) => path);
  const resolve = (path: string): unknown =>
    path.split("/").reduce<unknown>((at, key) => Reflect.get(Object(at), key) as unknown, json);
  expect(references.filter((path) => resolve(path) === undefined)).toEqual([]);
});

test.each(["/v1/info", "/v1/nowhere"])("lets no page show or run what %s answers", async (path) => {
  const { headers } = await fetch(`${relayer.url}${path}`);
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-security-policy": "default-src 'none';frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
  });
  expect(headers.get("strict-transport-security")).toContain("max-age=");
});

test("lets the configured origins read, and no other", async () => {
  const ask = (origin: string) => request(`${relayer.url}/v1/info`, { headers: { origin } });
  expect((await ask("https://app.example")).headers.get("access-control-allow-origin")).toBe("https://app.example");
  expect((await ask("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
});

test("refuses to start with a wrong configuration and names every fault, but no secret", async () => {
  const secret = "0xsecret";
  const { code, log } = await runToEnd({
    RPC_URL: "ws://127.0.0.1:1",
    CHAIN_ID: "one",
    HOT_WALLET_PRIVATE_KEY: secret,
    ACCESS: "everyone",
    ALLOWED_ACCOUNTS: "0x12",
    CORS_ORIGINS: "app.example",
    PORT: "70000",
    BATCH_MAX_GAS: "99999999",
    LOG_LEVEL: "loud",
  });
  expect(code).toBe(1);
  const names = [
    "RPC_URL",
    "CHAIN_ID",
    "MANAGER_ADDRESS",
    "HOT_WALLET_PRIVATE_KEY",
    "ACCESS",
    "ALLOWED_ACCOUNTS",
    "CORS_ORIGINS",
    "PORT",
    "BATCH_MAX_GAS",
    "LOG_LEVEL",
  ];
  for (const name of names) expect(log).toContain(`  ${name} `);
  expect(log).not.toContain(secret);
  expect(log).not.toContain("    at ");
});

test("refuses a data folder that another relayer uses, which goes on", async () => {
  const { code, log } = await runToEnd({ ...env, PORT: "0" });
  expect(code).toBe(1);
  expect(log).toContain(`The data directory ${env["DATA_DIR"] ?? ""} is in use by another relayer`);
  expect((await request(`${relayer.url}/readyz`)).status).toBe(200);
});

test("is not ready where there is no contract, and refuses that data for another manager or chain", async () => {
  const own = await world.createEnv({ MANAGER_ADDRESS: zeroAddress });
  const empty = await startRelayer(own, { isReady: (status) => status === 503 });
  try {
    const { json } = await request(`${empty.url}/readyz`);
    expect(json).toMatchObject({ ready: false, checks: { contract: { ok: false } } });
  } finally {
    await empty.stop();
  }
  const ofOther = await runToEnd({ ...own, MANAGER_ADDRESS: world.manager, PORT: "0" });
  expect(ofOther.code).toBe(1);
  expect(ofOther.log).toContain(`The data is of the manager ${zeroAddress}`);
  const ofOtherChain = await runToEnd({ ...own, CHAIN_ID: "1", PORT: "0" });
  expect(ofOtherChain.code).toBe(1);
  expect(ofOtherChain.log).toMatch(/is of the chain 31337, but CHAIN_ID is 1/);
});

// The last one, for the relayer answers nothing else for a while afterwards.
test("limits the requests of one address, whatever it says of itself", async () => {
  const answers = [];
  // A minute may end meanwhile, and another one begin.
  for (let count = 0; count <= 2 * requestsPerMinute; count += 1) {
    const headers = { "x-forwarded-for": `10.0.0.${count}`, forwarded: `for=10.0.0.${count}` };
    const answer = await request(`${relayer.url}/v1/info`, { headers });
    answers.push(answer);
    if (answer.status !== 200) break;
  }
  expect(answers.length).toBeGreaterThan(1);
  const [first, last] = [answers[0], answers.at(-1)];
  if (last === undefined) throw new Error("There were requests");
  expect(first?.status).toBe(200);
  expect(parseProblem(last)).toMatchObject({ status: 429, code: "rate-limited", retryable: true });
  expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
});
