import { parseEther, type Address, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { runCli } from "./support/runCli.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

describe.skipIf(!hasPostgres)("a hot wallet whose key is taken away with a transaction under way", () => {
  let world: World;
  let postgres: TestPostgres;
  let relayer: RelayerProcess | undefined;
  let session: GrantedSession;
  let gone: Address;
  const otherKey = generatePrivateKey();
  const other = privateKeyToAddress(otherKey);

  beforeAll(async () => {
    world = await createWorld();
    gone = world.chain.accounts.relayer.account.address;
    postgres = await startPostgres();
    await world.chain.send("owner", { to: other, value: parseEther("10") });
  });
  afterAll(async () => {
    await postgres?.stop();
    await world?.stop();
  });
  beforeEach(async () => {
    await world.chain.resumeMining();
    session = await world.grant(await world.createAccount());
    return async () => {
      await relayer?.stop();
      relayer = undefined;
    };
  });

  /** An order in a transaction of the wallet, not mined; and a relayer that has the other wallet's key only. */
  async function takeAway(
    changes: RelayerEnv,
  ): Promise<{ env: RelayerEnv; relayer: RelayerProcess; order: Hex; hash: Hex }> {
    const env = await world.createEnv({ DATABASE_URL: await postgres.createDatabase(), ...changes });
    const first = await startRelayer({ ...env, REPLACE_AFTER_MS: "3600000" });
    await waitForSession(first.url, session.sessionId, ({ status }) => status === "active");
    await world.chain.pauseMining();
    const { orderHash, body } = await session.createOrder({ nonce: 0 });
    expect((await post(`${first.url}/v1/orders`, body)).status).toBe(202);
    await world.chain.waitForPending(gone);
    const { transactionHash = "0x" } = await waitForOrder(first.url, orderHash, ({ status }) => status === "submitted");
    await first.stop();
    relayer = await startRelayer({ ...env, HOT_WALLET_PRIVATE_KEY: otherKey });
    return { env, relayer, order: orderHash, hash: transactionHash };
  }

  const getReadiness = async (url: string) => JSON.stringify((await request(`${url}/readyz`)).json);
  const getMetrics = async (url: string) => (await fetch(`${url}/metrics`)).text();
  const metric = () => new RegExp(`^latchkey_abandoned_transactions\\{wallet="${gone}"\\} 1$`, "m");

  test("is followed, and sent again, until it is mined; and told of meanwhile", async () => {
    const { env, relayer: second, order, hash } = await takeAway({ REPLACE_AFTER_MS: "3600000" });
    await world.chain.forgetPending();
    expect((await request(`${second.url}/readyz`)).status).toBe(200);
    expect(await getReadiness(second.url)).toContain(`${gone} (1 nonces, 1 orders)`);
    expect(await getMetrics(second.url)).toMatch(metric());
    const { stdout } = await runCli(["lanes", "list"], env);
    expect(stdout).toContain(`Warning: nobody works ${gone}`);
    await world.chain.waitForPending(gone);
    await world.chain.resumeMining();
    expect(await waitForOrder(second.url, order)).toMatchObject({ status: "confirmed", transactionHash: hash });
    await waitUntil({
      what: "nothing of it to be under way",
      timeoutMs: 30_000,
      probe: async () => ((await getReadiness(second.url)).includes(gone) ? undefined : true),
    });
    expect(await getMetrics(second.url)).not.toMatch(metric());
    expect((await runCli(["lanes", "list"], env)).stdout).not.toContain("Warning");
  });

  test("is given up when it is not mined in time: its order goes to another lane, and runs once", async () => {
    const { relayer: second, order, hash } = await takeAway({ REPLACE_AFTER_MS: "1000" });
    const { transactionHash } = await waitForOrder(
      second.url,
      order,
      (state) => state.status === "submitted" && state.transactionHash !== hash,
    );
    await world.chain.waitForPending(other);
    expect((await world.chain.client.getTransaction({ hash: transactionHash ?? "0x" })).from).toBe(other.toLowerCase());
    // Both are in the pool, and mined together.
    await world.chain.resumeMining();
    expect((await waitForOrder(second.url, order)).status).toBe("confirmed");
    await world.chain.mine(3);
    await waitForSession(second.url, session.sessionId, ({ nextNonce }) => nextNonce === 1);
    expect((await waitForOrder(second.url, order)).status).toBe("confirmed");
    expect((await world.countRuns()).get(order)).toBe(1);
    const receipts = await Promise.all(
      [hash, transactionHash ?? "0x"].map((each) => world.chain.client.getTransactionReceipt({ hash: each })),
    );
    expect(receipts.map(({ status }) => status)).toEqual(["success", "success"]);
  });

  test("is followed on if the key comes back", async () => {
    const { env, relayer: second, order, hash } = await takeAway({ REPLACE_AFTER_MS: "3600000" });
    await waitUntil({
      what: "it to be looked at",
      timeoutMs: 30_000,
      probe: async () => ((await getReadiness(second.url)).includes(gone) ? true : undefined),
    });
    await second.stop();
    relayer = await startRelayer(env);
    expect(await getReadiness(relayer.url)).not.toContain(gone);
    await world.chain.resumeMining();
    expect(await waitForOrder(relayer.url, order)).toMatchObject({ status: "confirmed", transactionHash: hash });
  });
});
