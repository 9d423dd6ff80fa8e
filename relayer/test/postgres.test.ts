import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseOrder, parseProblem, post, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { runToEnd, startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";
import { findPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

const givenUrl = process.env["DATABASE_URL"];
const folder = findPostgres();

// Counted as skipped where there is no Postgres: PGlite carries every other test.
describe.skipIf(givenUrl === undefined && folder === undefined)("on a Postgres server", () => {
  let world: World;
  let postgres: TestPostgres | undefined;
  let env: RelayerEnv;
  let relayer: RelayerProcess;
  let session: GrantedSession;

  beforeAll(async () => {
    world = await createWorld();
    session = await world.grant(await world.createAccount());
    if (givenUrl === undefined && folder !== undefined) postgres = await startPostgres(folder);
    env = await world.createEnv({ DATABASE_URL: givenUrl ?? postgres?.url ?? "" });
    relayer = await startRelayer(env);
    await waitForSession(relayer.url, session.sessionId);
  });

  afterAll(async () => {
    await relayer?.kill();
    await postgres?.stop();
    await world?.stop();
  });

  test("takes, submits and confirms an order, and refuses its nonce to another", async () => {
    const { body, orderHash } = await session.createOrder({ nonce: 0 });
    const first = await post(`${relayer.url}/v1/orders`, body);
    expect(first.status, JSON.stringify(first.json)).toBe(202);
    const order = await waitForOrder(relayer.url, orderHash);
    expect(order).toMatchObject({ status: "confirmed", nonce: 0 });
    expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(200);
    const other = await session.createOrder({ nonce: 0, amount: 2n });
    expect(parseProblem(await post(`${relayer.url}/v1/orders`, other.body)).code).toBe("nonce-used");
  });

  test("takes one of two orders that come at once with the same nonce", async () => {
    const orders = await Promise.all([2n, 3n, 4n].map((amount) => session.createOrder({ nonce: 1, amount })));
    const answers = await Promise.all(orders.map(({ body }) => post(`${relayer.url}/v1/orders`, body)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409]);
    const taken = answers.find(({ status }) => status === 202);
    const order = await waitForOrder(relayer.url, parseOrder(taken?.json).orderHash);
    expect(order.status).toBe("confirmed");
  });

  test("refuses to share the chain's tables with a second relayer", async () => {
    const { code, log } = await runToEnd({ ...env, PORT: "0" });
    expect(code).toBe(1);
    expect(log).toContain("is in use by another relayer");
  });

  test("loses nothing when it is killed", async () => {
    await world.chain.pauseMining();
    const orders = await Promise.all([2, 3, 4].map((nonce) => session.createOrder({ nonce })));
    for (const { body } of orders) expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(202);
    await relayer.kill();
    await world.chain.mineEverySecond();
    relayer = await startRelayer(env);
    for (const { orderHash } of orders) {
      expect((await waitForOrder(relayer.url, orderHash)).status).toBe("confirmed");
    }
    expect([...(await world.countRuns()).values()].every((count) => count === 1)).toBe(true);
  });
});
