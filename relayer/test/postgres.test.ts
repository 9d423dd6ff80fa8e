import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "./support/createWorld.ts";
import { runCli } from "./support/runCli.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";
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
    // By its Unix socket, as the guide says; other tests use TCP.
    env = await world.createEnv({ DATABASE_URL: await postgres.createDatabase({ isLocal: true }) });
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
    const readEvents = async () => (await request(`${relayer.url}/v1/accounts/${session.session.account}/events`)).json;
    // An event shows as soon as it has its number, a moment after the order is confirmed.
    const countExecuted = async () => JSON.stringify(await readEvents()).split('"OrderExecuted"').length - 1;
    await expect.poll(countExecuted, { timeout: 30_000 }).toBe(nonces.length);
    const before = await readEvents();
    expect(await relayer.stop()).toBe(0);
    relayer = await startRelayer(env);
    expect(await readEvents()).toEqual(before);
    const state = await waitForSession(relayer.url, session.sessionId);
    expect(state).toMatchObject({ nextNonce: nonces.length, remaining: [{ reserved: "0" }] });
  });

  test("lets any number of relayers use the database, and each order run once", async () => {
    const others = [await startRelayer(env), await startRelayer(env)];
    const sessions = [await world.grant(await world.createAccount()), await world.grant(await world.createAccount())];
    const urls = [relayer, ...others].map(({ url }) => url);
    for (const url of urls) {
      for (const { sessionId } of sessions) await waitForSession(url, sessionId, ({ status }) => status === "active");
    }
    const orders = await Promise.all(
      sessions.flatMap((granted) => nonces.map((nonce) => granted.createOrder({ nonce, amount: 1n }))),
    );
    // Each order to two instances at once, and its state from the third.
    const answers = await Promise.all(
      orders.flatMap(({ body }, index) =>
        [0, 1].map((offset) => post(`${urls[(index + offset) % 3] ?? ""}/v1/orders`, body)),
      ),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(orders.length);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(orders.length);
    for (const [index, { orderHash }] of orders.entries()) {
      expect((await waitForOrder(urls[(index + 2) % 3] ?? "", orderHash)).status).toBe("confirmed");
    }
    const runs = await world.countRuns();
    for (const { orderHash } of orders) expect(runs.get(orderHash)).toBe(1);
    for (const other of others) expect(await other.stop()).toBe(0);
  });

  test("leaves an audit log that its own command finds right, and finds wrong when it is not", async () => {
    expect(await relayer.stop()).toBe(0);
    const right = await runCli(["audit", "verify"], env);
    expect(right).toMatchObject({ code: 0 });
    expect(right.stdout).toMatch(/"entries":[1-9]\d*,"batches":[1-9]/);
    const client = new pg.Client({ connectionString: env["DATABASE_URL"] });
    await client.connect();
    await client.query("update audit_entries set account = 'someone else' where number = 1");
    await client.end();
    const wrong = await runCli(["audit", "verify"], env);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("is not what they hash to");
    relayer = await startRelayer(env);
  });
});
