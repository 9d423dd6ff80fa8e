import {
  createLatchkeyClient,
  RelayerProblemError,
  templates,
  toPaymentCall,
  type LatchkeyClient,
} from "@latchkey/sdk";
import { parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { parseProblem, post, request, requestAs, waitForSession } from "./support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

const sentinelPrivateKey = generatePrivateKey();
const sentinel = privateKeyToAccount(sentinelPrivateKey).address;
const thief = privateKeyToAccount(generatePrivateKey()).address;
const leaseTtl = 600;

let world: World;
let relayer: RelayerProcess;

beforeAll(async () => {
  world = await createWorld();
  relayer = await startRelayer(
    await world.createEnv({
      SENTINEL_PRIVATE_KEY: sentinelPrivateKey,
      SENTINEL_WARM_UP_ORDERS: "4",
      SENTINEL_NOTE_SCORE: "3",
      SENTINEL_HOLD_SCORE: "5",
    }),
  );
});
afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

async function grant(input: Parameters<World["grant"]>[1]): Promise<GrantedSession> {
  const { token } = world;
  const payments = templates.payment({ token, recipients: [recipient, thief], amount: parseEther("1000"), period: 0 });
  const granted = await world.grant(await world.createAccount(), { ...payments, ...input });
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "active");
  return granted;
}

function createClient({ sessionId, key }: GrantedSession): LatchkeyClient {
  const { manager, chain } = world;
  const retryPolicy = { attemptsMax: 1, delayBaseMs: 1, delayMaxMs: 1 };
  return createLatchkeyClient({
    relayerUrl: relayer.url,
    chainId: chain.chainId,
    manager,
    sessionKey: key,
    sessionId,
    retryPolicy,
  });
}

const askAs = (granted: GrantedSession, signer: Parameters<typeof requestAs>[0]) =>
  requestAs(signer, `${relayer.url}/v1/sessions/${granted.sessionId}/lease`, { method: "POST" });

const getCode = (error: unknown): unknown => (error instanceof RelayerProblemError ? error.code : error);

test("names its sentinel, and gives the session's key leases with which its orders run", async () => {
  const { json } = await request(`${relayer.url}/v1/info`);
  expect(z.object({ sentinel: z.string() }).parse(json).sentinel).toBe(sentinel);
  const granted = await grant({ sentinel, leaseTtl });
  const client = createClient(granted);
  expect((await client.getInfo()).sentinel).toBe(sentinel);
  const { issuedAt, expiresAt } = await client.getLease();
  expect(expiresAt - issuedAt).toBe(leaseTtl);
  const { orderHash } = await client.submitOrder({
    calls: [toPaymentCall({ token: world.token, recipient, amount: 1n })],
  });
  expect((await client.waitForOrder(orderHash, { pollIntervalMs: 50 })).status).toBe("confirmed");
});

test("is silent about a session that it holds", async () => {
  const granted = await grant({ sentinel, leaseTtl });
  const client = createClient(granted);
  const pay = (to: typeof recipient, amount: bigint) =>
    client.submitOrder({ calls: [toPaymentCall({ token: world.token, recipient: to, amount })] });
  for (let count = 0; count < 4; count += 1) await pay(recipient, 1n);
  expect(getCode(await pay(thief, parseEther("900")).catch((error: unknown) => error))).toBe("anomaly-held");
  expect(parseProblem(await askAs(granted, granted.key))).toMatchObject({ code: "lease-refused", retryable: true });
});

test("gives a lease to the session's key alone", async () => {
  const granted = await grant({ sentinel, leaseTtl });
  const path = `${relayer.url}/v1/sessions/${granted.sessionId}/lease`;
  expect(parseProblem(await post(path, undefined)).code).toBe("authentication-required");
  expect(parseProblem(await askAs(granted, world.chain.accounts.owner.account)).code).toBe("not-a-party");
  expect((await askAs(granted, granted.key)).status).toBe(200);
});

test("gives none where it is not the sentinel, and none where none is needed", async () => {
  const other = privateKeyToAccount(generatePrivateKey()).address;
  const [ofOther, without] = [await grant({ sentinel: other, leaseTtl }), await grant({ sentinel })];
  expect(parseProblem(await askAs(ofOther, ofOther.key))).toMatchObject({ code: "feature-unsupported" });
  expect(parseProblem(await askAs(without, without.key)).detail).toContain("needs no lease");
});
