import { afterAll, beforeAll, expect, test } from "vitest";
import type { Address } from "viem";
import { z } from "zod";
import { parseProblem, post, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { runCli } from "./support/runCli.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";

let world: World;
let account: Address;
let session: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
  session = await world.grant(account);
});

afterAll(() => world?.stop());

let nonce = 0;
async function trySubmit({ url }: RelayerProcess): Promise<string> {
  const order = await session.createOrder({ nonce });
  const answer = await post(`${url}/v1/orders`, order.body);
  if (answer.status !== 202) return parseProblem(answer).code;
  nonce += 1;
  return "accepted";
}

// A second process waits long for a folder that is in use before it gives up.
test("keeps what the operator said of accounts in PGlite, which must not be in use", { timeout: 300_000 }, async () => {
  const env = await world.createEnv({ ACCESS: "allowlist" }, { isEmbedded: true });
  const relayer = await startRelayer(env);
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  expect(await trySubmit(relayer)).toBe("account-not-allowed");
  const meanwhile = await runCli(["accounts", "allow", account], env);
  expect(meanwhile).toMatchObject({ code: 1, stdout: "" });
  expect(meanwhile.stderr).toContain("is in use by another relayer");
  await relayer.stop();

  expect(await runCli(["accounts", "allow", account, "our", "own"], env)).toMatchObject({ code: 0 });
  const { stdout } = await runCli(["accounts", "list"], env);
  expect(stdout).toMatch(new RegExp(`^${account} {2}allow {2}.* {2}our own$`, "m"));
  const again = await startRelayer(env);
  expect(await trySubmit(again)).toBe("accepted");
  await again.stop();
});

test.skipIf(!hasPostgres)("allows and denies beside a relayer that runs on Postgres", async () => {
  const postgres: TestPostgres = await startPostgres();
  try {
    const env = await world.createEnv({ ACCESS: "open", DATABASE_URL: await postgres.createDatabase() });
    const relayer = await startRelayer(env);
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
    const waitFor = (outcome: string) =>
      waitUntil({
        what: outcome,
        probe: async () => ((await trySubmit(relayer)) === outcome ? true : undefined),
        timeoutMs: 20_000,
        intervalMs: 100,
      });
    await waitFor("accepted");
    expect(await runCli(["accounts", "deny", account], env)).toMatchObject({ code: 0 });
    await waitFor("account-not-allowed");
    expect(await runCli(["accounts", "forget", account], env)).toMatchObject({ code: 0 });
    await waitFor("accepted");
    expect(await runCli(["accounts", "forget", account], env)).toMatchObject({ code: 1 });

    // Every order above is in the audit log.
    const verified = await runCli(["audit", "verify"], env);
    expect(verified).toMatchObject({ code: 0, stderr: "" });
    const { entries, head } = z.object({ entries: z.number(), head: z.string() }).parse(JSON.parse(verified.stdout));
    expect(entries).toBeGreaterThan(0);
    expect(await runCli(["audit", "verify", "--head", head], env)).toMatchObject({ code: 0 });
    const cut = await runCli(["audit", "verify", "--head", "12".repeat(32)], env);
    expect(cut.code).toBe(1);
    expect(cut.stderr).toContain("its end has been cut off");
    const ofStranger = await runCli(["audit", "verify", "--signer", account], env);
    expect(ofStranger.stderr).toContain("is not signed by a known key");
    await relayer.stop();
  } finally {
    await postgres.stop();
  }
});
