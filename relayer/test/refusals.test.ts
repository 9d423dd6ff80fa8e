import {
  createScope,
  encodeGrant,
  encodePause,
  encodeRevoke,
  encodeRevokeAll,
  encodeUnpause,
  hashScope,
  nativeToken,
  templates,
  toScopeJson,
  toSessionJson,
} from "@latchkey/sdk";
import { concatHex, numberToHex, parseEther, slice, zeroHash, type Address, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  parseOrder,
  parseProblem,
  post,
  put,
  request,
  waitForOrder,
  waitForSession,
  type Answer,
} from "./support/api.ts";
import {
  createWorld,
  day,
  recipient,
  type GrantedSession,
  type OrderChanges,
  type SignedTestOrder,
  type World,
} from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let relayer: RelayerProcess;
let account: Address;
let stranger: Address;
/** Allows everything the cases need; each takes the next nonce. */
let session: GrantedSession;
let nonce = 0;

const receiverScope = createScope({ target: recipient, maxValue: parseEther("0.5") });

/** Well past every other case. */
const late = 40 * day;

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
  stranger = await world.createAccount();
  const payments = templates.payment({
    token: world.token,
    recipients: [recipient],
    amount: parseEther("10000000"),
    period: 0,
  });
  session = await world.grant(account, {
    scopes: [...payments.scopes, receiverScope],
    limits: [...payments.limits, { token: nativeToken, amount: parseEther("1") }],
  });
  relayer = await startRelayer(await world.createEnv({ ACCESS: "allowlist", ALLOWED_ACCOUNTS: account }));
  await ready(session);
});

afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

async function ready(granted: GrantedSession): Promise<GrantedSession> {
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status !== "none");
  return granted;
}

const submit = (body: unknown): Promise<Answer> => post(`${relayer.url}/v1/orders`, body);

async function submitGood(granted: GrantedSession, changes: OrderChanges): Promise<SignedTestOrder> {
  const order = await granted.createOrder(changes);
  const answer = await submit(order.body);
  expect(answer).toMatchObject({ status: 202 });
  return order;
}

async function run(granted: GrantedSession, changes: OrderChanges): Promise<SignedTestOrder> {
  const order = await submitGood(granted, changes);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  return order;
}

type Refusal = { status: number; code: string; retryable: boolean; rule?: string };

/** What of a problem clients decide by. */
async function getRefusal(body: unknown, path = "/v1/orders"): Promise<Refusal> {
  const answer = await post(`${relayer.url}${path}`, body);
  if (answer.status < 400) throw new Error(`It was not refused: ${JSON.stringify(answer)}`);
  const { status, code, retryable, rule } = parseProblem(answer);
  return { status, code, retryable, ...(rule !== undefined && { rule: rule.name }) };
}

const refusal = (status: number, code: string, rule?: string): Refusal => ({
  status,
  code,
  retryable: false,
  ...(rule !== undefined && { rule }),
});
const refusalForNow = (status: number, code: string, rule?: string): Refusal => ({
  ...refusal(status, code, rule),
  retryable: true,
});

/** Nothing of the refused order is kept: neither itself, nor its nonce, nor its budget. */
async function checkNothingKept(granted: GrantedSession, { order, orderHash }: SignedTestOrder): Promise<void> {
  expect((await request(`${relayer.url}/v1/orders/${orderHash}`)).status).toBe(404);
  const state = await waitForSession(relayer.url, granted.sessionId);
  expect(state.remaining.map(({ reserved }) => reserved)).toEqual(state.remaining.map(() => "0"));
  expect(state.nextNonce).toBeLessThanOrEqual(order.nonce);
}

// --- What is no order at all

const valid = {
  order: {
    sessionId: zeroHash,
    nonce: 0,
    deadline: 4_000_000_000,
    gasLimit: 300_000,
    calls: [{ target: recipient, value: "0", data: "0x", scope: zeroHash }],
  },
  signature: concatHex([zeroHash, zeroHash, "0x1b"]),
};
const withOrder = (changes: object): object => ({ ...valid, order: { ...valid.order, ...changes } });
const withCall = (changes: object): object => withOrder({ calls: [{ ...valid.order.calls[0], ...changes }] });

const malformed: readonly [name: string, body: unknown][] = [
  ["text that is not JSON", "{order"],
  ["an empty body", ""],
  ["null", "null"],
  ["a list", []],
  ["a number", 7],
  ["no signature", { order: valid.order }],
  ["no order", { signature: valid.signature }],
  ["an unknown field", { ...valid, extra: 1 }],
  ["an unknown field of the order", withOrder({ extra: 1 })],
  ["a session id that is too short", withOrder({ sessionId: "0x12" })],
  ["a session id that is a number", withOrder({ sessionId: 12 })],
  ["a nonce in text", withOrder({ nonce: "0" })],
  ["a negative nonce", withOrder({ nonce: -1 })],
  ["a nonce with a fraction", withOrder({ nonce: 0.5 })],
  ["a nonce of 25 bits", withOrder({ nonce: 2 ** 24 })],
  ["a deadline of 49 bits", withOrder({ deadline: 2 ** 48 })],
  ["a deadline of null", withOrder({ deadline: null })],
  ["a gas limit of 33 bits", withOrder({ gasLimit: 2 ** 32 })],
  ["calls that are no list", withOrder({ calls: {} })],
  ["256 calls", withOrder({ calls: Array.from({ length: 256 }, () => valid.order.calls[0]) })],
  ["a call that is null", withOrder({ calls: [null] })],
  ["a target that is no address", withCall({ target: "0x1234" })],
  ["a value that is a number", withCall({ value: 1 })],
  ["a negative value", withCall({ value: "-1" })],
  ["a value in hex", withCall({ value: "0x1" })],
  ["a value of 129 bits", withCall({ value: String(2n ** 128n) })],
  ["data of half a byte", withCall({ data: "0x1" })],
  ["data that is not hex", withCall({ data: "0xzz" })],
  ["a scope that is too long", withCall({ scope: `${zeroHash}00` })],
  ["a signature that is not hex", { ...valid, signature: "signed" }],
];

test.for(malformed)("refuses %s as body-invalid", async ([, body]) => {
  expect(await getRefusal(body)).toEqual(refusal(400, "body-invalid"));
});

test("names every field that is wrong", async () => {
  const problem = parseProblem(await submit(withOrder({ nonce: "0", deadline: -1 })));
  expect(problem.errors?.map(({ path }) => path)).toEqual(["body.order.nonce", "body.order.deadline"]);
});

test("refuses a body that is too large", async () => {
  expect(await getRefusal({ ...valid, padding: "a".repeat(400_000) })).toEqual(refusal(413, "body-too-large"));
});

test.for(["text/plain", "application/xml"])("refuses a body that is called %s", async (mediaType) => {
  const headers = { "content-type": mediaType };
  const options = { method: "POST", body: JSON.stringify(valid), headers };
  const problem = parseProblem(await request(`${relayer.url}/v1/orders`, options));
  expect(problem).toMatchObject({ status: 415, code: "media-type-unsupported", retryable: false });
});

test.for([
  ["GET", "/v1/nothing", 404, "not-found"],
  ["DELETE", "/v1/orders", 404, "not-found"],
  ["GET", `/v1/orders/${zeroHash}`, 404, "not-found"],
  ["GET", "/v1/orders/0x12", 400, "body-invalid"],
  ["GET", `/v1/sessions/${zeroHash}`, 404, "session-unknown"],
  ["GET", "/v1/sessions/abc", 400, "body-invalid"],
  ["GET", "/v1/accounts/0x12/sessions", 400, "body-invalid"],
  ["GET", `/v1/accounts/${recipient}/events?limit=0`, 400, "body-invalid"],
  ["GET", "/v1/events?account=0x12", 400, "body-invalid"],
] as const)("answers %s %s with %i %s", async ([method, path, status, code]) => {
  const problem = parseProblem(await request(`${relayer.url}${path}`, { method }));
  expect(problem).toMatchObject({ status, code, retryable: false });
});

// --- What is an order, but not one of this session now. The same nonce is good afterwards.

const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const toHighS = (signature: Hex): Hex => {
  const s = curveOrder - BigInt(slice(signature, 32, 64));
  const v = slice(signature, 64) === "0x1b" ? "0x1c" : "0x1b";
  return concatHex([slice(signature, 0, 32), numberToHex(s, { size: 32 }), v]);
};
/** ERC-2098. */
const toCompact = (signature: Hex): Hex => {
  const parity = slice(signature, 64) === "0x1c" ? 1n << 255n : 0n;
  return concatHex([slice(signature, 0, 32), numberToHex(BigInt(slice(signature, 32, 64)) | parity, { size: 32 })]);
};
const toLowV = (signature: Hex): Hex =>
  concatHex([slice(signature, 0, 64), slice(signature, 64) === "0x1b" ? "0x00" : "0x01"]);

const signatureCases: readonly [name: string, change: (signature: Hex) => Hex][] = [
  ["with a high s", toHighS],
  ["in the form of 64 bytes", toCompact],
  ["with a v of 0 or 1", toLowV],
  ["with a v of 29", (signature) => concatHex([slice(signature, 0, 64), "0x1d"])],
  ["with a byte more", (signature) => concatHex([signature, "0x00"])],
  ["that is empty", () => "0x"],
  ["with r and s of zero", () => concatHex([zeroHash, zeroHash, "0x1b"])],
  ["with an r out of range", (signature) => concatHex([numberToHex(curveOrder, { size: 32 }), slice(signature, 32)])],
  [
    "with one bit changed",
    (signature) => concatHex([numberToHex(BigInt(slice(signature, 0, 32)) ^ 1n, { size: 32 }), slice(signature, 32)]),
  ],
];

test.for(signatureCases)("refuses a signature %s", async ([, change]) => {
  const order = await session.createOrder({ nonce });
  const body = { ...order.body, signature: change(order.body.signature) };
  expect(await getRefusal(body)).toEqual(refusal(401, "signature-invalid", "SignatureInvalid"));
  await checkNothingKept(session, order);
});

const transfer = (to: Address, data?: Hex): Hex =>
  data ?? concatHex(["0xa9059cbb", `0x${to.slice(2).padStart(64, "0")}`, numberToHex(1n, { size: 32 })]);

type Case = { name: string; changes: () => Partial<OrderChanges>; expected: Refusal };

const refusals: readonly Case[] = [
  {
    name: "a signature for another chain",
    changes: () => ({ chainId: 1 }),
    expected: refusal(401, "signature-invalid", "SignatureInvalid"),
  },
  {
    name: "another key's signature",
    changes: () => ({ signer: privateKeyToAccount(generatePrivateKey()) }),
    expected: refusal(401, "signature-invalid", "SignatureInvalid"),
  },
  {
    name: "a deadline that has passed",
    changes: () => ({ deadline: 1_000 }),
    expected: refusal(422, "order-expired", "OrderExpired"),
  },
  {
    name: "a scope the session does not have",
    changes: () => ({ calls: [{ ...session.createCall(1n), scope: numberToHex(7, { size: 32 }) }] }),
    expected: refusal(403, "scope-not-granted", "ScopeNotGranted"),
  },
  {
    name: "a target that is not the scope's",
    changes: () => ({ calls: [{ ...session.createCall(1n), target: stranger }] }),
    expected: refusal(403, "scope-not-granted", "ScopeNotGranted"),
  },
  {
    name: "a recipient the rule does not allow",
    changes: () => ({ calls: [{ ...session.createCall(1n), data: transfer(stranger) }] }),
    expected: refusal(403, "rule-broken", "RuleBroken"),
  },
  {
    name: "a second call that breaks a rule",
    changes: () => ({ calls: [session.createCall(1n), { ...session.createCall(1n), data: transfer(stranger) }] }),
    expected: refusal(403, "rule-broken", "RuleBroken"),
  },
  {
    name: "another function of the target",
    changes: () => ({ calls: [{ ...session.createCall(1n), data: concatHex(["0x095ea7b3", zeroHash, zeroHash]) }] }),
    expected: refusal(422, "call-invalid", "CallDataInvalid"),
  },
  {
    name: "data too short for its function",
    changes: () => ({ calls: [{ ...session.createCall(1n), data: slice(transfer(recipient), 0, 40) }] }),
    expected: refusal(422, "call-invalid", "CallDataInvalid"),
  },
  {
    name: "more wei than the scope lets a call send",
    changes: () => ({
      calls: [{ target: recipient, value: parseEther("0.6"), data: "0x", scope: hashScope(receiverScope) }],
    }),
    expected: refusal(403, "value-too-high", "CallValueTooHigh"),
  },
  {
    name: "wei with a call that may send none",
    changes: () => ({ calls: [{ ...session.createCall(1n), value: 1n }] }),
    expected: refusal(403, "value-too-high", "CallValueTooHigh"),
  },
  {
    name: "more tokens than the limit",
    changes: () => ({ amount: parseEther("10000001") }),
    expected: refusal(403, "budget-exceeded", "LimitExceeded"),
  },
  {
    name: "more wei than the limit, in several calls",
    changes: () => {
      const call = {
        target: recipient,
        value: parseEther("0.4"),
        data: "0x",
        scope: hashScope(receiverScope),
      } as const;
      return { calls: [call, call, call] };
    },
    expected: refusal(403, "budget-exceeded", "LimitExceeded"),
  },
  {
    name: "more tokens than the account has",
    changes: () => ({ amount: parseEther("2000000") }),
    expected: refusal(422, "simulation-failed", "CallReverted"),
  },
  {
    name: "too little gas for its calls",
    changes: () => ({ gasLimit: 30_000 }),
    expected: refusal(422, "gas-limit-invalid", "OrderOutOfGas"),
  },
  {
    name: "more gas than a transaction may have",
    changes: () => ({ gasLimit: 4_000_000_000 }),
    expected: refusal(422, "gas-limit-invalid"),
  },
  {
    name: "a nonce the session does not reach",
    changes: () => ({ nonce: 10_000 }),
    expected: refusal(422, "nonce-too-high", "NonceTooHigh"),
  },
];

test.for(refusals)("refuses $name and keeps nothing of it", async ({ changes, expected }) => {
  const order = await session.createOrder({ nonce, ...changes() });
  expect(await getRefusal(order.body)).toEqual(expected);
  await checkNothingKept(session, order);
  // Simulation refuses in the same words.
  expect(await getRefusal(order.body, "/v1/orders/simulate")).toEqual(expected);
  await run(session, { nonce });
  nonce += 1;
});

test("refuses a used nonce with another order, and keeps the first result", async () => {
  const first = await run(session, { nonce, amount: 2n });
  const second = await session.createOrder({ nonce, amount: 3n });
  expect(await getRefusal(second.body)).toEqual(refusal(409, "nonce-used", "NonceUsed"));
  expect((await request(`${relayer.url}/v1/orders/${second.orderHash}`)).status).toBe(404);
  const again = await submit(first.body);
  expect({ status: again.status, order: parseOrder(again.json).status }).toEqual({ status: 200, order: "confirmed" });
  nonce += 1;
});

test("refuses a nonce that an order in flight has", async () => {
  await world.chain.pauseMining();
  const first = await submitGood(session, { nonce, amount: 2n });
  const second = await session.createOrder({ nonce, amount: 3n });
  expect(await getRefusal(second.body)).toEqual(refusal(409, "nonce-used", "NonceUsed"));
  await world.chain.resumeMining();
  expect((await waitForOrder(relayer.url, first.orderHash)).status).toBe("confirmed");
  nonce += 1;
});

test("refuses a nonce that has left the window", async () => {
  const other = await ready(await world.grant(account));
  await run(other, { nonce: 70 });
  const order = await other.createOrder({ nonce: 3 });
  expect(await getRefusal(order.body)).toEqual(refusal(409, "nonce-too-old", "NonceTooOld"));
  await run(other, { nonce: 10 });
});

test("refuses a nonce so far from those in flight that one would push out the other", async () => {
  const other = await ready(await world.grant(account));
  await world.chain.pauseMining();
  const first = await submitGood(other, { nonce: 0 });
  const far = await other.createOrder({ nonce: 64 });
  expect(await getRefusal(far.body)).toEqual(refusalForNow(409, "order-conflict"));
  await world.chain.resumeMining();
  expect((await waitForOrder(relayer.url, first.orderHash)).status).toBe("confirmed");
  await run(other, { nonce: 64 });
});

test("refuses what orders in flight have reserved, until they are mined", async () => {
  const payments = templates.payment({ token: world.token, recipients: [recipient], amount: 100n, period: 0 });
  const other = await ready(await world.grant(account, payments));
  await world.chain.pauseMining();
  const first = await submitGood(other, { nonce: 0, amount: 60n });
  const second = await other.createOrder({ nonce: 1, amount: 50n });
  expect(await getRefusal(second.body)).toEqual(refusalForNow(409, "budget-reserved", "BudgetReserved"));
  expect(await waitForSession(relayer.url, other.sessionId)).toMatchObject({
    nextNonce: 1,
    remaining: [{ amount: "100", remaining: "100", reserved: "60" }],
  });
  const third = await submitGood(other, { nonce: 1, amount: 40n });
  await world.chain.resumeMining();
  for (const { orderHash } of [first, third]) {
    expect((await waitForOrder(relayer.url, orderHash)).status).toBe("confirmed");
  }
  const state = await waitForSession(relayer.url, other.sessionId, ({ remaining }) => remaining[0]?.remaining === "0");
  expect(state.remaining).toMatchObject([{ amount: "100", remaining: "0", reserved: "0" }]);
  const fourth = await other.createOrder({ nonce: 2, amount: 1n });
  expect(await getRefusal(fourth.body)).toEqual(refusal(403, "budget-exceeded", "LimitExceeded"));
});

test("refuses a session that has used every order", async () => {
  const other = await ready(await world.grant(account, { maxOrders: 1 }));
  await run(other, { nonce: 0 });
  const order = await other.createOrder({ nonce: 1 });
  expect(await getRefusal(order.body)).toEqual(refusal(422, "nonce-too-high", "NonceTooHigh"));
});

test("refuses an order before the interval is over", async () => {
  const other = await ready(await world.grant(account, { minInterval: 3_000 }));
  await run(other, { nonce: 0 });
  const order = await other.createOrder({ nonce: 1 });
  expect(await getRefusal(order.body)).toEqual(refusalForNow(409, "interval-not-over", "IntervalNotOver"));
});

test("refuses a session it has never seen", async () => {
  const other = await world.draft(account);
  const order = await other.createOrder({ nonce: 0 });
  expect(await getRefusal(order.body)).toEqual(refusal(404, "session-unknown"));
});

test("asks to come again for a session whose grant it has not seen, and takes the same order afterwards", async () => {
  const other = await world.draft(account);
  const content = { session: toSessionJson(other.session), scopes: other.scopes.map(toScopeJson) };
  expect((await put(`${relayer.url}/v1/sessions/${other.sessionId}`, content, other.key)).status).toBe(200);
  const order = await other.createOrder({ nonce: 0 });
  const answer = await submit(order.body);
  expect(parseProblem(answer)).toMatchObject({ status: 409, code: "session-not-granted", retryable: true });
  expect(answer.headers.get("retry-after")).toBe("1");
  await checkNothingKept(other, order);
  await world.callAsAccount(account, encodeGrant(other));
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "active");
  expect((await submit(order.body)).status).toBe(202);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
});

test("refuses for good a session that was revoked before its grant", async () => {
  const other = await world.draft(account);
  const content = { session: toSessionJson(other.session), scopes: other.scopes.map(toScopeJson) };
  expect((await put(`${relayer.url}/v1/sessions/${other.sessionId}`, content, other.key)).status).toBe(200);
  await world.callAsAccount(account, encodeRevoke(other.session));
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "revoked");
  const order = await other.createOrder({ nonce: 0 });
  expect(await getRefusal(order.body)).toEqual(refusal(403, "session-revoked", "SessionNotActive"));
});

test("refuses a session that names another relayer", async () => {
  const other = await ready(await world.grant(account, { relayer: world.chain.accounts.stranger.account.address }));
  const order = await other.createOrder({ nonce: 0 });
  expect(await getRefusal(order.body)).toEqual(refusal(403, "relayer-not-allowed", "SubmitterNotAllowed"));
  await checkNothingKept(other, order);
});

test("refuses an account it does not serve, but only to who holds the key", async () => {
  const other = await ready(await world.grant(stranger));
  const order = await other.createOrder({ nonce: 0 });
  expect(await getRefusal(order.body)).toEqual(refusal(403, "account-not-allowed"));
  await checkNothingKept(other, order);
  const forged = await other.createOrder({ nonce: 0, signer: session.key });
  expect(await getRefusal(forged.body)).toEqual(refusal(401, "signature-invalid", "SignatureInvalid"));
});

test("refuses a session that has not begun", async () => {
  const now = await world.chain.getTime();
  const other = await ready(await world.grant(account, { validAfter: now + day }));
  const order = await other.createOrder({ nonce: 0 });
  expect(await getRefusal(order.body)).toEqual(refusal(403, "session-not-active", "SessionNotYetValid"));
});

test("refuses a revoked session", async () => {
  const other = await ready(await world.grant(account));
  await run(other, { nonce: 0 });
  await world.callAsAccount(account, encodeRevoke(other.session));
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "revoked");
  const order = await other.createOrder({ nonce: 1 });
  expect(await getRefusal(order.body)).toEqual(refusal(403, "session-revoked", "SessionNotActive"));
  await checkNothingKept(other, order);
});

test("refuses while the account is paused, and takes the same order afterwards", async () => {
  const order = await session.createOrder({ nonce });
  await world.callAsAccount(account, encodePause(account));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "paused");
  expect(await getRefusal(order.body)).toEqual(refusal(403, "session-not-active", "AccountIsPaused"));
  await checkNothingKept(session, order);
  await world.callAsAccount(account, encodeUnpause());
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  expect((await submit(order.body)).status).toBe(202);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  nonce += 1;
});

test("refuses a session whose time is over", async () => {
  const now = await world.chain.getTime();
  const other = await ready(await world.grant(account, { validUntil: now + 100 }));
  await world.chain.mineAt(now + 100);
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "expired");
  const order = await other.createOrder({ nonce: 0 });
  expect(await getRefusal(order.body)).toEqual(refusal(403, "session-expired", "SessionExpired"));
  await checkNothingKept(other, order);
});

test("refuses every session of an earlier epoch", async () => {
  const order = await session.createOrder({ nonce });
  await world.callAsAccount(account, encodeRevokeAll());
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "superseded");
  expect(await getRefusal(order.body)).toEqual(refusal(403, "session-revoked", "SessionSuperseded"));
  await checkNothingKept(session, order);
  const next = await ready(await world.grant(account, { epoch: 1 }));
  await run(next, { nonce: 0 });
});

test("says that an accepted order has expired when no block came in time", async () => {
  const other = await ready(await world.grant(account, { epoch: 1, validUntil: (await world.chain.getTime()) + late }));
  await world.chain.pauseMining();
  const order = await submitGood(other, { nonce: 0, deadline: (await world.chain.getTime()) + 30 });
  await waitForOrder(relayer.url, order.orderHash, ({ status }) => status === "submitted");
  await world.chain.forgetPending();
  await world.chain.mineAt((await world.chain.getTime()) + 31);
  const expired = await waitForOrder(relayer.url, order.orderHash);
  expect(expired).toMatchObject({ status: "expired", reason: { name: "OrderExpired" } });
  await world.chain.resumeMining();
  expect((await world.countRuns()).get(order.orderHash)).toBeUndefined();
  // Its nonce and its budget are free again.
  await run(other, { nonce: 0, amount: 5n });
});
