import type { Address } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { stageNames } from "../src/observability/stages.ts";
import { parseProblem, post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { readMetrics } from "./support/readMetrics.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

const metricsToken = "a-token-of-the-scraper";
const sessionOrdersPerMinute = 4;

let world: World;
let relayer: RelayerProcess;
let account: Address;
let session: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
  session = await world.grant(account);
  relayer = await startRelayer(
    await world.createEnv({
      METRICS_TOKEN: metricsToken,
      SESSION_ORDERS_PER_MINUTE: String(sessionOrdersPerMinute),
      LOG_LEVEL: "debug",
    }),
  );
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

const scrape = () => readMetrics(relayer.url, { authorization: `Bearer ${metricsToken}` });
const submit = (body: unknown) => post(`${relayer.url}/v1/orders`, body);

/** Its body is not encrypted. */
const passedStages = stageNames.filter((stage) => stage !== "decryption");

test("times every stage an order passes and counts its verdict", async () => {
  const before = await scrape();
  const order = await session.createOrder({ nonce: 0 });
  expect((await submit(order.body)).status).toBe(202);
  const after = await scrape();
  const changes = passedStages.map((stage) => ({
    stage,
    timed:
      after.get("latchkey_admission_stage_seconds_count", { stage }) -
      before.get("latchkey_admission_stage_seconds_count", { stage }),
    passed:
      after.get("latchkey_admission_verdicts_total", { stage, verdict: "passed" }) -
      before.get("latchkey_admission_verdicts_total", { stage, verdict: "passed" }),
  }));
  expect(changes).toEqual(passedStages.map((stage) => ({ stage, timed: 1, passed: 1 })));
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
});

test("counts a refusal in the stage that decided, by its code, and no stage after it", async () => {
  const count = async () => {
    const metrics = await scrape();
    return {
      refused: metrics.get("latchkey_admission_verdicts_total", { stage: "signature", verdict: "refused" }),
      later: metrics.get("latchkey_admission_stage_seconds_count", { stage: "state" }),
      // A series exists from its first event on.
      byCode: metrics.find("latchkey_refusals_total", { code: "signature-invalid" }) ?? 0,
    };
  };
  const before = await count();
  const order = await session.createOrder({ nonce: 1, signer: world.chain.accounts.owner.account });
  expect(parseProblem(await submit(order.body))).toMatchObject({ code: "signature-invalid" });
  const { refused, later, byCode } = before;
  expect(await count()).toEqual({ refused: refused + 1, later, byCode: byCode + 1 });
});

test("counts what is no order as refused by the schema, and a body that is no JSON by the body", async () => {
  const before = await scrape();
  await submit({ order: {} });
  await submit("{");
  const after = await scrape();
  for (const stage of ["schema", "body"]) {
    const labels = { stage, verdict: "refused" };
    const name = "latchkey_admission_verdicts_total";
    expect({ stage, count: after.get(name, labels) - before.get(name, labels) }).toEqual({ stage, count: 1 });
  }
});

test("shows orders, the hot wallet and the head to a scraper", async () => {
  const metrics = await scrape();
  const wallet = world.chain.accounts.relayer.account.address;
  expect(metrics.get("latchkey_wallet_balance_wei", { wallet })).toBeGreaterThan(0);
  expect(metrics.get("latchkey_transactions_pending", { wallet })).toBe(0);
  expect(metrics.get("latchkey_orders", { status: "accepted" })).toBe(0);
  expect(metrics.get("latchkey_head_block", {})).toBeGreaterThan(0);
  expect(metrics.get("latchkey_http_request_seconds_count", { route: "/v1/orders", status: "202" })).toBe(1);
});

test("shows the metrics to nobody without the token", async () => {
  for (const headers of [{}, { authorization: "Bearer guess" }, { authorization: metricsToken }]) {
    const answer = await request(`${relayer.url}/metrics`, { headers });
    expect(parseProblem(answer)).toMatchObject({ status: 401, code: "authentication-required" });
  }
});

test("limits the orders one key signed, and counts nothing that it did not sign", async () => {
  const forged = await session.createOrder({ nonce: 2, signer: world.chain.accounts.owner.account });
  for (let count = 0; count <= sessionOrdersPerMinute; count += 1) {
    expect(parseProblem(await submit(forged.body)).code).toBe("signature-invalid");
  }
  const answers = [];
  for (let nonce = 1; nonce <= sessionOrdersPerMinute; nonce += 1) {
    answers.push(await submit((await session.createOrder({ nonce })).body));
  }
  // The first order of this file counts too.
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429]);
  const last = answers.at(-1);
  if (last === undefined) throw new Error("There were orders");
  expect(parseProblem(last)).toMatchObject({ code: "rate-limited", retryable: true });
  expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(last.headers.get("ratelimit-limit")).toBe(String(sessionOrdersPerMinute));
  expect(last.headers.get("ratelimit-remaining")).toBe("0");
  // Another session of the same account has its own share.
  const other = await world.grant(account);
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "active");
  expect((await submit((await other.createOrder({ nonce: 0 })).body)).status).toBe(202);
});

test("gives every answer an id, the client's if it is harmless, and logs it with no body", async () => {
  const id = "trace-0123456789abcdef";
  const answer = await request(`${relayer.url}/v1/info`, { headers: { "x-request-id": id } });
  expect(answer.headers.get("x-request-id")).toBe(id);
  const odd = await request(`${relayer.url}/v1/info`, { headers: { "x-request-id": 'x"} {"level":60' } });
  expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  const findId = () =>
    relayer
      .getLog()
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => z.object({ reqId: z.string().optional() }).parse(JSON.parse(line)))
      .find(({ reqId }) => reqId === id);
  await expect.poll(findId, { timeout: 20_000 }).toBeDefined();
  const log = relayer.getLog();
  expect(log).not.toContain(world.chain.accounts.relayer.privateKey.slice(2));
  expect(log).not.toContain(metricsToken);
  expect(log).not.toContain((await session.createOrder({ nonce: 0 })).body.signature.slice(2, 40));
});

test("sheds orders when too many wait, and says when to come again", async () => {
  const own = await world.createEnv({ WAITING_ORDERS_MAX: "1", BATCH_MAX_AGE_MS: "60000" });
  const small = await startRelayer(own);
  try {
    const mine = await world.grant(account);
    await waitForSession(small.url, mine.sessionId, ({ status }) => status === "active");
    const send = async (nonce: number) => post(`${small.url}/v1/orders`, (await mine.createOrder({ nonce })).body);
    expect((await send(0)).status).toBe(202);
    let refused = await send(1);
    // The queue is counted now and then, not for every order.
    for (let nonce = 2; refused.status === 202 && nonce < 60; nonce += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      refused = await send(nonce);
    }
    expect(parseProblem(refused)).toMatchObject({ status: 503, code: "overloaded", retryable: true });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  } finally {
    await small.stop();
  }
});
