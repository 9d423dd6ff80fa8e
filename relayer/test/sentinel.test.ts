import type { Kysely } from "kysely";
import { zeroHash, type Address, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionContent } from "../src/admission/createContentStore.ts";
import { createSealer } from "../src/audit/createSealer.ts";
import { verifyAuditLog } from "../src/audit/verifyAuditLog.ts";
import type { HeadChange } from "../src/chain/createIndexer.ts";
import type { Database } from "../src/db/schema.ts";
import { deleteOldSentinelRows, getHistory, listEvidence } from "../src/db/sentinelRows.ts";
import { createMetrics } from "../src/observability/createMetrics.ts";
import { ProblemError } from "../src/problem.ts";
import { createEnforcement } from "../src/sentinel/createEnforcement.ts";
import { createSentinel, type Sentinel } from "../src/sentinel/createSentinel.ts";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";
import { quietLog } from "./support/quietLog.ts";
import {
  createAddress,
  createContent,
  createHash,
  createPayment,
  readSentinelConfig,
  token,
} from "./support/sentinelWorld.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let db: Kysely<Database>;
beforeAll(async () => {
  database = await openTestDatabase();
  ({ db } = database);
});
afterAll(() => database?.close());

const usual = createAddress();

/** One instance; what happens on chain is told by `tell`. */
function start(env: Record<string, string> = {}): Sentinel & { tell: (change: HeadChange) => void } {
  const listeners: ((change: HeadChange) => void)[] = [];
  const subscribe = (listener: (change: HeadChange) => void): (() => boolean) => {
    listeners.push(listener);
    return () => true;
  };
  const unreachable = (): never => {
    throw new Error("Nothing is asked of the chain");
  };
  const enforcement = createEnforcement({
    rpc: { call: unreachable, getBlock: unreachable },
    contents: { get: unreachable },
    sentinelKey: undefined,
    config: { chainId, manager: token },
  });
  const config = { chainId, sentinel: readSentinelConfig(env) };
  const sentinel = createSentinel({
    db,
    indexer: { subscribe },
    enforcement,
    log: quietLog,
    metrics: createMetrics(),
    config,
  });
  return { ...sentinel, tell: (change) => listeners.forEach((listener) => listener(change)) };
}

type Step = {
  recipient?: Address;
  amount?: bigint;
  source?: string;
  orderHash?: Hex;
  isApproved?: boolean;
  isAsking?: boolean;
};

/** `passed`, or the code of the refusal. */
async function judge(sentinel: Pick<Sentinel, "judge">, content: SessionContent, step: Step = {}): Promise<string> {
  const { recipient = usual, amount = 1_000n, source = "198.51.100.7", orderHash = createHash() } = step;
  const order = {
    ...createPayment(recipient, amount),
    sessionId: content.sessionId,
    nonce: 0,
    deadline: 0,
    gasLimit: 0,
  };
  const { isApproved = false, isAsking = false } = step;
  try {
    await sentinel.judge({ content, order, orderHash, declared: [amount], source, isApproved, isAsking });
    return "passed";
  } catch (error) {
    if (error instanceof ProblemError) return error.code;
    throw error;
  }
}

async function teach(sentinel: Sentinel, content: SessionContent, count = 60): Promise<void> {
  for (let index = 0; index < count; index += 1) expect(await judge(sentinel, content)).toBe("passed");
}

const theft = (): Step => ({ recipient: createAddress(), amount: 1_000_000n, source: "203.0.113.9" });

const toEvidence = async ({ sessionId }: SessionContent) =>
  (await listEvidence(db, { chainId, sessionId, limit: 100 })).toReversed();

test("holds what is unlike its key, and everything after it, with evidence that the audit log knows", async () => {
  const sentinel = start();
  const content = createContent();
  await teach(sentinel, content);
  expect(sentinel.isHealthy(content.sessionId)).toBe(true);
  const orderHash = createHash();
  expect(await judge(sentinel, content, { ...theft(), orderHash })).toBe("anomaly-held");
  expect(await judge(sentinel, content)).toBe("anomaly-held");
  expect(sentinel.isHealthy(content.sessionId)).toBe(false);

  const [evidence, ...others] = await toEvidence(content);
  expect(others).toEqual([]);
  const { sessionId, session } = content;
  expect(evidence).toMatchObject({ action: "hold", rule: "unusual", order_hash: orderHash, account: session.account });
  const features = JSON.parse(evidence?.features ?? "") as Record<string, number>;
  expect(features["size"]).toBe(6);
  expect(features["novelty"]).toBeGreaterThan(3);
  expect(features["source"]).toBeGreaterThan(3);
  expect(evidence?.score).toBeGreaterThanOrEqual(10);
  const entries = await db.selectFrom("audit_unsealed").selectAll().where("session_id", "=", sessionId).execute();
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({ kind: "sentinel-hold", account: session.account, order_hash: "" });
  expect(JSON.parse(entries[0]?.reason ?? "")).toEqual({ evidence: evidence?.id, rule: "unusual", orderHash });
  const signer = privateKeyToAccount(generatePrivateKey());
  expect(await createSealer({ ...database, signer, config: { chainId } })()).toBe(1);
  const report = await verifyAuditLog(db, { chainId, signers: [signer.address] });
  expect(report).toMatchObject({ entries: 1, unsealed: 0, faults: [] });
});

test("lets an order pass in a hold that carries the approver's signature", async () => {
  const sentinel = start();
  const content = createContent();
  await teach(sentinel, content);
  // Whether the signature is the approver's is found out later: nothing must be learned from it.
  for (let index = 0; index < 50; index += 1) {
    expect(await judge(sentinel, content, { ...theft(), isApproved: true })).toBe("passed");
  }
  expect(await judge(sentinel, content, theft())).toBe("anomaly-held");
  expect(await judge(sentinel, content, { isApproved: true })).toBe("passed");
  expect(await judge(sentinel, content)).toBe("anomaly-held");
});

test("tells who only asks what would be, and remembers nothing of it", async () => {
  const sentinel = start();
  const content = createContent();
  await teach(sentinel, content);
  expect(await judge(sentinel, content, { ...theft(), isAsking: true })).toBe("anomaly-held");
  expect(await judge(sentinel, content)).toBe("passed");
  expect(await toEvidence(content)).toEqual([]);
});

test("counts an order once, however often it is sent", async () => {
  const sentinel = start({ SENTINEL_WARM_UP_ORDERS: "10" });
  const content = createContent();
  const orderHash = createHash();
  for (let index = 0; index < 50; index += 1) {
    expect(await judge(sentinel, content, { orderHash })).toBe("passed");
  }
  // As far as it knows, the key is new.
  expect(await judge(sentinel, content, theft())).toBe("passed");
});

test("the owner's release ends the hold on every instance, and the key's history begins anew", async () => {
  const [first, second] = [start(), start()];
  const content = createContent();
  await teach(first, content);
  await teach(second, content);
  expect(await judge(first, content, theft())).toBe("anomaly-held");
  expect(await judge(second, content)).toBe("passed");
  await second.refresh();
  expect(await judge(second, content)).toBe("anomaly-held");

  let isFinished = false;
  const finish = async (): Promise<void> => {
    isFinished = true;
  };
  expect(await second.release(content, finish)).toBe(true);
  expect(isFinished).toBe(true);
  expect(await second.release(content, finish)).toBe(false);
  await first.refresh();
  for (const sentinel of [first, second]) expect(await judge(sentinel, content, theft())).toBe("passed");
  expect((await toEvidence(content)).map(({ action }) => action)).toEqual(["hold", "release"]);
});

test("a hold and what was learned outlive the instance", async () => {
  const first = start();
  const [content, other] = [createContent(), createContent()];
  await teach(first, content);
  await teach(first, other);
  expect(await judge(first, content, theft())).toBe("anomaly-held");
  await first.save();
  const second = start();
  await second.refresh();
  expect(await judge(second, content)).toBe("anomaly-held");
  expect(await judge(second, other)).toBe("passed");
  expect(await judge(second, other, theft())).toBe("anomaly-held");
});

test("ends a hold that nobody has released after its time", async () => {
  const sentinel = start({ SENTINEL_HOLD_SECONDS: "1" });
  const content = createContent();
  await teach(sentinel, content);
  expect(await judge(sentinel, content, theft())).toBe("anomaly-held");
  const end = Date.now() + 20_000;
  while ((await judge(sentinel, content)) !== "passed") expect(Date.now()).toBeLessThan(end);
  // What it held it has not learned.
  expect(await judge(sentinel, content, theft())).toBe("anomaly-held");
});

test("lets everything pass that it may only note", async () => {
  const sentinel = start({ SENTINEL: "note" });
  const content = createContent();
  await teach(sentinel, content);
  expect(await judge(sentinel, content, theft())).toBe("passed");
  await sentinel.save();
  expect((await toEvidence(content)).map(({ action }) => action)).toEqual(["note"]);
});

test("does nothing when it is off", async () => {
  const sentinel = start({ SENTINEL: "off" });
  const content = createContent();
  await teach(sentinel, content);
  expect(await judge(sentinel, content, theft())).toBe("passed");
  await sentinel.save();
  expect(await toEvidence(content)).toEqual([]);
});

const refuse = (
  sentinel: Sentinel,
  content: SessionContent,
  code: "scope-not-granted" | "rate-limited",
  orderHash: Hex,
) => {
  const order = { ...createPayment(usual, 1n), sessionId: content.sessionId, nonce: 0, deadline: 0, gasLimit: 0 };
  return sentinel.noteRefusal(
    content,
    { order, signature: zeroHash },
    orderHash,
    new ProblemError(code, "It is refused."),
  );
};

test("holds a key that goes on asking for what its session does not allow", async () => {
  const sentinel = start({ SENTINEL_REFUSALS_MAX: "5" });
  const content = createContent();
  for (let index = 0; index < 5; index += 1) await refuse(sentinel, content, "scope-not-granted", createHash());
  expect(await judge(sentinel, content)).toBe("passed");
  await refuse(sentinel, content, "scope-not-granted", createHash());
  expect(await judge(sentinel, content)).toBe("anomaly-held");
  expect(await toEvidence(content)).toMatchObject([{ action: "hold", rule: "refused-attempts" }]);
});

test("counts neither the same refused order twice nor refusals that say nothing of the key", async () => {
  const sentinel = start({ SENTINEL_REFUSALS_MAX: "1" });
  const content = createContent();
  const orderHash = createHash();
  for (let index = 0; index < 20; index += 1) {
    await refuse(sentinel, content, "scope-not-granted", orderHash);
    await refuse(sentinel, content, "rate-limited", createHash());
  }
  expect(await judge(sentinel, content)).toBe("passed");
});

function createBlock(name: string, { sessionId, session }: SessionContent): HeadChange {
  const at = { blockNumber: 1, blockHash: zeroHash, logIndex: 0, transactionHash: zeroHash };
  const event = {
    ...at,
    name,
    account: session.account,
    sessionId,
    orderHash: undefined,
    args: {},
    granted: undefined,
  };
  return { kind: "block", head: { number: 1, hash: zeroHash, timestamp: 0 }, events: [event] };
}

test("orders that fail on chain count, but not so much that they alone or with a hurry hold anything", async () => {
  const sentinel = start({ SENTINEL_NOTE_SCORE: "2" });
  const content = createContent();
  await teach(sentinel, content);
  for (let count = 0; count < 20; count += 1) sentinel.tell(createBlock("OrderFailed", content));
  expect(await judge(sentinel, content)).toBe("passed");
  await sentinel.save();
  const [note] = await toEvidence(content);
  expect(note).toMatchObject({ action: "note", rule: "unusual" });
  const features = JSON.parse(note?.features ?? "") as Record<string, number>;
  expect(features).toMatchObject({ failures: 3, failedOrders: expect.closeTo(20, 0) as number });
});

test("forgets notes and idle keys after a while, and nothing else that it did", async () => {
  const sentinel = start({ SENTINEL_NOTE_SCORE: "1" });
  const content = createContent();
  await teach(sentinel, content);
  expect(await judge(sentinel, content, { recipient: createAddress() })).toBe("passed");
  expect(await judge(sentinel, content, theft())).toBe("anomaly-held");
  await sentinel.save();
  const { sessionId } = content;
  const age = async (days: number): Promise<void> => {
    const at = Date.now() - days * 86_400_000;
    await db.updateTable("sentinel_evidence").set({ at }).where("session_id", "=", sessionId).execute();
    await db.updateTable("sentinel_histories").set({ updated_at: at }).where("session_id", "=", sessionId).execute();
    await deleteOldSentinelRows(db, chainId);
  };
  await age(29);
  expect((await toEvidence(content)).map(({ action }) => action).toSorted()).toEqual(["hold", "note"]);
  await age(31);
  expect((await toEvidence(content)).map(({ action }) => action)).toEqual(["hold"]);
  expect(await getHistory(db, chainId, sessionId)).toBeDefined();
  await age(91);
  expect(await getHistory(db, chainId, sessionId)).toBeUndefined();
  expect((await toEvidence(content)).map(({ action }) => action)).toEqual(["hold"]);
});

test("a session that its owner resumes on chain is held no more", async () => {
  const sentinel = start();
  const content = createContent();
  await teach(sentinel, content);
  expect(await judge(sentinel, content, theft())).toBe("anomaly-held");
  sentinel.tell(createBlock("SessionResumed", content));
  expect(await judge(sentinel, content, theft())).toBe("passed");
});
