import {
  createLatchkeyClient,
  describeEvidence,
  encodeResume,
  sessionManagerAbi,
  templates,
  toPaymentCall,
  type Call,
} from "@latchkey/sdk";
import { parseEther, type Address } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import {
  parseProblem,
  post,
  request,
  requestAs,
  waitForOrder,
  waitForSession,
  type RequestSigner,
} from "./support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "./support/createWorld.ts";
import { readMetrics } from "./support/readMetrics.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

const sentinelPrivateKey = generatePrivateKey();
const sentinel = privateKeyToAccount(sentinelPrivateKey).address;
const thief = privateKeyToAccount(generatePrivateKey()).address;
const warmUpOrders = 8;

let world: World;
let relayer: RelayerProcess;

beforeAll(async () => {
  world = await createWorld();
  relayer = await startRelayer(
    await world.createEnv({
      SENTINEL: "revoke",
      SENTINEL_PRIVATE_KEY: sentinelPrivateKey,
      SENTINEL_WARM_UP_ORDERS: String(warmUpOrders),
      // After so few orders nothing surprises much.
      SENTINEL_REFUSALS_MAX: "5",
      SENTINEL_NOTE_SCORE: "3",
      SENTINEL_HOLD_SCORE: "5",
      SENTINEL_SUSPEND_SCORE: "7",
      SENTINEL_REVOKE_SCORE: "7",
    }),
  );
});
afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

async function grant(input: Parameters<World["grant"]>[1] = {}): Promise<GrantedSession> {
  const payments = templates.payment({
    token: world.token,
    recipients: [recipient, thief],
    amount: parseEther("1000"),
    period: 0,
  });
  const granted = await world.grant(await world.createAccount(), { ...payments, ...input });
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "active");
  return granted;
}

/** Again while the relayer does not know the newest block yet, as clients do. */
const postOrder = (body: unknown) =>
  waitUntil({
    what: "the relayer to know the newest block",
    async probe() {
      const answer = await post(`${relayer.url}/v1/orders`, body);
      return answer.status === 503 ? undefined : answer;
    },
    timeoutMs: 10_000,
    intervalMs: 50,
  });

const submit = async (granted: GrantedSession, nonce: number, amount = 1n) =>
  postOrder((await granted.createOrder({ nonce, amount })).body);

/** Returns its last order. */
async function teach(granted: GrantedSession) {
  for (let nonce = 1; nonce < warmUpOrders; nonce += 1) expect((await submit(granted, nonce)).status).toBe(202);
  const last = await granted.createOrder({ nonce: 0 });
  expect((await postOrder(last.body)).status).toBe(202);
  return last;
}

/** All there is, to somebody else. */
async function steal(granted: GrantedSession, nonce: number) {
  const { scope } = granted.createCall(1n);
  const calls = [{ ...toPaymentCall({ token: world.token, recipient: thief, amount: parseEther("900") }), scope }];
  const order = await granted.createOrder({ nonce, calls });
  return { ...order, answer: await postOrder(order.body) };
}

const evidenceSchema = z.object({
  evidence: z.array(
    z.object({ action: z.string(), rule: z.string(), score: z.number(), orderHash: z.string().optional() }),
  ),
});
async function getEvidence({ sessionId }: GrantedSession, signer: RequestSigner) {
  const { json } = await requestAs(signer, `${relayer.url}/v1/sessions/${sessionId}/evidence`);
  return evidenceSchema.parse(json).evidence;
}

const release = ({ sessionId }: GrantedSession, signer: RequestSigner) =>
  requestAs(signer, `${relayer.url}/v1/sessions/${sessionId}/release`, { method: "POST" });

const countEvents = async (
  eventName: "SessionSuspended" | "SessionRevoked" | "MisuseProven",
  { sessionId }: GrantedSession,
) => {
  const { manager } = world;
  const logs = await world.chain.client.getContractEvents({
    address: manager,
    abi: sessionManagerAbi,
    eventName,
    fromBlock: 0n,
  });
  return logs.filter(({ args }) => args.sessionId === sessionId).length;
};

test("holds what a thief asks for, shows why to key and owner, and lets the owner alone release it", async () => {
  const owner = world.chain.accounts.owner.account;
  const granted = await grant();
  const known = await teach(granted);
  const { answer, orderHash } = await steal(granted, warmUpOrders);
  expect(parseProblem(answer)).toMatchObject({
    status: 409,
    code: "anomaly-held",
    retryable: true,
    rule: { name: "AnomalyHeld", args: [granted.sessionId, "unusual", expect.any(Number)] },
  });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await request(`${relayer.url}/v1/orders/${orderHash}`)).status).toBe(404);
  expect(parseProblem(await submit(granted, warmUpOrders)).code).toBe("anomaly-held");
  // What was taken before the hold keeps its answer.
  expect((await post(`${relayer.url}/v1/orders`, known.body)).status).toBe(200);

  const path = `${relayer.url}/v1/sessions/${granted.sessionId}/evidence`;
  expect(parseProblem(await request(path)).code).toBe("authentication-required");
  expect(parseProblem(await requestAs(world.chain.accounts.relayer.account, path)).code).toBe("not-a-party");
  for (const signer of [granted.key, owner]) {
    expect(await getEvidence(granted, signer)).toMatchObject([{ action: "hold", rule: "unusual", orderHash }]);
  }

  expect(parseProblem(await release(granted, granted.key)).code).toBe("not-a-party");
  expect(
    parseProblem(await request(`${relayer.url}/v1/sessions/${granted.sessionId}/release`, { method: "POST" })).code,
  ).toBe("authentication-required");
  const { manager, chain } = world;
  const client = createLatchkeyClient({ relayerUrl: relayer.url, chainId: chain.chainId, manager, owner });
  const [evidence] = await client.getEvidence(granted.sessionId, { limit: 1 });
  expect(evidence && describeEvidence(evidence)).toBe(
    "Held the key's orders: a greater amount than usual, a recipient or function never used before.",
  );
  expect(await client.getEvidence(granted.sessionId, { before: evidence?.id ?? 0 })).toEqual([]);
  expect(await client.release(granted.sessionId)).toBe(true);
  expect(await client.release(granted.sessionId)).toBe(false);
  // It was the owner's own idea after all.
  const again = await steal(granted, warmUpOrders);
  expect(again.answer.status).toBe(202);
  expect((await waitForOrder(relayer.url, again.orderHash)).status).toBe("confirmed");
  expect((await getEvidence(granted, owner)).map(({ action }) => action)).toEqual(["release", "hold"]);
  const metrics = await readMetrics(relayer.url);
  expect(metrics.get("latchkey_admission_verdicts_total", { stage: "anomaly", verdict: "refused" })).toBeGreaterThan(1);
});

test("suspends on chain a session that names it, and lets it run again when its owner has resumed it", async () => {
  const granted = await grant({ sentinel });
  await teach(granted);
  expect(parseProblem((await steal(granted, warmUpOrders)).answer).code).toBe("anomaly-held");
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "suspended");
  expect(await countEvents("SessionSuspended", granted)).toBe(1);
  expect((await getEvidence(granted, granted.key)).map(({ action }) => action)).toEqual(["suspend"]);
  expect(parseProblem(await submit(granted, 20)).code).toBe("session-not-active");

  await world.callAsAccount(granted.session.account, encodeResume(granted.session));
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "active");
  expect((await submit(granted, 20)).status).toBe(202);
});

test("revokes on chain a session that lets it", async () => {
  const granted = await grant({ sentinel, sentinelMayRevoke: true });
  await teach(granted);
  expect(parseProblem((await steal(granted, warmUpOrders)).answer).code).toBe("anomaly-held");
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "revoked");
  expect(await countEvents("SessionRevoked", granted)).toBe(1);
});

test("proves misuse of a session that ends by it, and of no other", async () => {
  const [ending, lasting] = [await grant({ revokeOnMisuse: true }), await grant()];
  for (const granted of [ending, lasting]) {
    const { scope } = granted.createCall(1n);
    const nobody: Address = "0x00000000000000000000000000000000cafecafe";
    const calls = [{ ...toPaymentCall({ token: world.token, recipient: nobody, amount: 1n }), scope }];
    const order = await granted.createOrder({ nonce: 0, calls });
    expect(parseProblem(await post(`${relayer.url}/v1/orders`, order.body)).code).toBe("rule-broken");
  }
  await waitUntil({
    what: "the proof",
    probe: async () => ((await countEvents("MisuseProven", ending)) === 1 ? true : undefined),
    timeoutMs: 30_000,
    intervalMs: 100,
  });
  expect((await getEvidence(ending, ending.key)).map(({ action }) => action)).toEqual(["report-misuse"]);
  expect(await countEvents("MisuseProven", lasting)).toBe(0);
  expect((await submit(lasting, 0)).status).toBe(202);
});

test("takes an order that only names the wrong scope for no misuse", async () => {
  const granted = await grant({ revokeOnMisuse: true });
  const call = { ...granted.createCall(1n), scope: `0x${"ab".repeat(32)}` as const };
  const order = await granted.createOrder({ nonce: 0, calls: [call] });
  expect(parseProblem(await post(`${relayer.url}/v1/orders`, order.body)).code).toBe("scope-not-granted");
  const next = await granted.createOrder({ nonce: 0 });
  expect((await post(`${relayer.url}/v1/orders`, next.body)).status).toBe(202);
  expect((await waitForOrder(relayer.url, next.orderHash)).status).toBe("confirmed");
  expect(await countEvents("MisuseProven", granted)).toBe(0);
});

test("counts neither what strangers send nor what they repeat against the key", async () => {
  const granted = await grant();
  const { account: stranger } = world.chain.accounts.relayer;
  const call = { ...granted.createCall(1n), scope: `0x${"cd".repeat(32)}` as const };
  const own = await granted.createOrder({ nonce: 0 });
  expect((await post(`${relayer.url}/v1/orders`, own.body)).status).toBe(202);
  expect((await waitForOrder(relayer.url, own.orderHash)).status).toBe("confirmed");
  const outside = await granted.createOrder({ nonce: 1, calls: [call] });
  for (let nonce = 0; nonce < 20; nonce += 1) {
    const junk = await granted.createOrder({ nonce, calls: [call], signer: stranger });
    expect(parseProblem(await post(`${relayer.url}/v1/orders`, junk.body)).code).toBe("signature-invalid");
    // What is on chain anyone can send again, and what was refused whoever saw it.
    expect((await post(`${relayer.url}/v1/orders`, own.body)).status).toBe(200);
    expect((await post(`${relayer.url}/v1/orders`, outside.body)).status).toBe(403);
  }
  expect((await submit(granted, 1)).status).toBe(202);
  expect(await getEvidence(granted, granted.key)).toEqual([]);
  // The key itself may not go on for ever.
  for (let nonce = 2; nonce < 8; nonce += 1) {
    const order = await granted.createOrder({ nonce, calls: [call] });
    expect(parseProblem(await post(`${relayer.url}/v1/orders`, order.body)).code).toBe("scope-not-granted");
  }
  expect(await getEvidence(granted, granted.key)).toMatchObject([{ action: "hold", rule: "refused-attempts" }]);
  expect(parseProblem(await submit(granted, 8)).code).toBe("anomaly-held");
});

test("judges the orders of a key that is a contract once it is known whose they are, and counts no others", async () => {
  const holder = privateKeyToAccount(generatePrivateKey());
  const signer = await world.chain.deploy("test/Erc1271Signer", [holder.address]);
  const granted = await grant({ signer });
  const owner = world.chain.accounts.owner.account;
  const send = async (nonce: number, signedBy = holder, changes: { amount?: bigint; calls?: Call[] } = {}) =>
    post(`${relayer.url}/v1/orders`, (await granted.createOrder({ nonce, signer: signedBy, ...changes })).body);
  const { scope } = granted.createCall(1n);
  const loot: Call = { ...toPaymentCall({ token: world.token, recipient: thief, amount: parseEther("900") }), scope };
  const outside: Call = { ...loot, scope: `0x${"ef".repeat(32)}` };
  const stranger = privateKeyToAccount(generatePrivateKey());
  for (let nonce = 0; nonce < 20; nonce += 1) {
    expect(parseProblem(await send(nonce, stranger)).code).toBe("signature-invalid");
    expect(parseProblem(await send(nonce, stranger, { calls: [outside] })).code).toBe("scope-not-granted");
  }
  for (let nonce = 0; nonce < warmUpOrders; nonce += 1) expect((await send(nonce)).status).toBe(202);
  // Of strangers' loot it is not even asked whether it is usual.
  expect(parseProblem(await send(20, stranger, { calls: [loot] })).code).toBe("signature-invalid");
  expect(await getEvidence(granted, owner)).toEqual([]);
  expect(parseProblem(await send(20, holder, { calls: [loot] })).code).toBe("anomaly-held");
  expect(await getEvidence(granted, owner)).toMatchObject([{ action: "hold", rule: "unusual" }]);
});
