import type { Address } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { runCli } from "./support/runCli.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

describe.skipIf(!hasPostgres)("lanes by command, beside a relayer that runs", () => {
  let postgres: TestPostgres;
  let world: World;
  let env: RelayerEnv;
  let relayer: RelayerProcess;
  let session: GrantedSession;
  let wallet: Address;

  beforeAll(async () => {
    postgres = await startPostgres();
    world = await createWorld();
    wallet = world.chain.accounts.relayer.account.address;
    session = await world.grant(await world.createAccount());
    env = await world.createEnv({ DATABASE_URL: await postgres.createDatabase() });
    relayer = await startRelayer(env);
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  });

  afterAll(async () => {
    await relayer?.stop();
    await world?.stop();
    await postgres?.stop();
  });

  const submit = async (nonce: number) => {
    const order = await session.createOrder({ nonce });
    return { ...order, answer: await post(`${relayer.url}/v1/orders`, order.body) };
  };

  test("lists who works them", async () => {
    const { code, stdout } = await runCli(["lanes", "list"], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^${wallet} {2}open {2}instance [0-9a-f-]{36} for \\d+ ms {2}0 transactions pending {2}0 orders`),
    );
  });

  test("pauses a hot wallet, says so in readiness, and resumes it", async () => {
    expect(await runCli(["lanes", "pause", wallet], env)).toMatchObject({ code: 0, stdout: `${wallet} is paused.\n` });
    await expect
      .poll(async () => (await request(`${relayer.url}/readyz`)).json, { timeout: 20_000 })
      .toMatchObject({ ready: false, checks: { lanes: { ok: false, detail: "Every hot wallet is paused" } } });
    const held = await submit(0);
    expect(held.answer.status).toBe(202);
    expect(await runCli(["lanes", "resume", wallet], env)).toMatchObject({ code: 0 });
    expect((await waitForOrder(relayer.url, held.orderHash)).status).toBe("confirmed");
    await expect.poll(async () => (await request(`${relayer.url}/readyz`)).status, { timeout: 20_000 }).toBe(200);
  });

  test("drains a hot wallet: waits until what it has sent is mined", async () => {
    await world.chain.pauseMining();
    const order = await submit(1);
    await world.chain.waitForPending(wallet);
    let isDrained = false;
    const draining = runCli(["lanes", "drain", wallet], env).then((result) => {
      isDrained = true;
      return result;
    });
    await expect
      .poll(async () => (await runCli(["lanes", "list"], env)).stdout, { timeout: 60_000, interval: 500 })
      .toMatch(/paused .* 1 transactions pending {2}1 orders/);
    expect(isDrained).toBe(false);
    await world.chain.resumeMining();
    expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
    expect(await draining).toMatchObject({ code: 0, stdout: `${wallet} is paused and has nothing in flight.\n` });
    await runCli(["lanes", "resume", wallet], env);
  });

  test.each([
    ["a wallet that is none of them", ["lanes", "pause", "0x000000000000000000000000000000000000dEaD"], 1],
    ["what is no address", ["lanes", "drain", "lane-1"], 2],
  ])("refuses %s", async (_, args, code) => {
    const result = await runCli(args, env);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(/hot wallet/);
  });
});
