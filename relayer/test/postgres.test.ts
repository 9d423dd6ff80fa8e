import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "./support/createWorld.ts";
import { runToEnd, startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

// Without a server or its binaries there is nothing to test on; the sum then counts these as skipped.
describe.skipIf(!hasPostgres)("on Postgres", () => {
  let world: World;
  let postgres: TestPostgres;
  let env: RelayerEnv;
  let relayer: RelayerProcess;
  let session: GrantedSession;

  beforeAll(async () => {
    world = await createWorld();
    session = await world.grant(await world.createAccount());
    postgres = await startPostgres();
    env = await world.createEnv({ DATABASE_URL: await postgres.createDatabase() });
    relayer = await startRelayer(env);
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  });

  afterAll(async () => {
    await relayer?.kill();
    await postgres?.stop();
    await world?.stop();
  });

  const nonces = Array.from({ length: 12 }, (_, nonce) => nonce);

  test("loses and repeats nothing when it is killed with orders in flight", async () => {
    const orders = await Promise.all(nonces.map((nonce) => session.createOrder({ nonce, amount: 2n })));
    await world.chain.pauseMining();
    const answers = await Promise.all(orders.map(({ body }) => post(`${relayer.url}/v1/orders`, body)));
    expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 202));
    await relayer.kill();
    await world.chain.mineEverySecond();
    relayer = await startRelayer(env);
    for (const { orderHash } of orders) {
      expect((await waitForOrder(relayer.url, orderHash)).status).toBe("confirmed");
    }
    const runs = await world.countRuns();
    for (const { orderHash } of orders) expect(runs.get(orderHash)).toBe(1);
    expect(await world.balanceOf(recipient)).toBe(2n * BigInt(nonces.length));
  });

  test("keeps what it knows when it is stopped and started", async () => {
    const before = (await request(`${relayer.url}/v1/accounts/${session.session.account}/events`)).json;
    expect(await relayer.stop()).toBe(0);
    relayer = await startRelayer(env);
    expect((await request(`${relayer.url}/v1/accounts/${session.session.account}/events`)).json).toEqual(before);
    const state = await waitForSession(relayer.url, session.sessionId);
    expect(state).toMatchObject({ nextNonce: nonces.length, remaining: [{ reserved: "0" }] });
  });

  test("lets one relayer of the chain use the database", async () => {
    const { code, log } = await runToEnd({ ...env, PORT: "0" });
    expect(code).toBe(1);
    expect(log).toContain("in use by another relayer");
    expect((await request(`${relayer.url}/readyz`)).status).toBe(200);
  });
});
