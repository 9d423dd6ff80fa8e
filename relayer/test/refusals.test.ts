import { encodePause, encodeRevoke, encodeRevokeAll, type SignedOrderJson } from "@latchkey/sdk";
import { createServer, request as sendOn } from "node:http";
import { hexToBigInt, parseEther, slice, toHex, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseOrder, parseProblem, post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let relayer: RelayerProcess;
let session: GrantedSession;
let closed: Record<"revoked" | "paused" | "superseded" | "bound" | "stranger" | "pending", GrantedSession>;
let proxy: Awaited<ReturnType<typeof startProxy>>;

const secp256k1n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

beforeAll(async () => {
  world = await createWorld();
  proxy = await startProxy(world.chain.url);
  const account = await world.createAccount();
  session = await world.grant(account);
  const now = await world.chain.getTime();
  const others = [await world.createAccount(), await world.createAccount(), await world.createAccount()] as const;
  closed = {
    revoked: await world.grant(account),
    paused: await world.grant(others[0]),
    superseded: await world.grant(others[1]),
    bound: await world.grant(account, { relayer: "0x00000000000000000000000000000000000000Aa" }),
    stranger: await world.grant(others[2]),
    pending: await world.grant(account, { validAfter: now + 100_000, validUntil: now + 200_000 }),
  };
  await world.callAsAccount(account, encodeRevoke(closed.revoked.session));
  await world.callAsAccount(others[0], encodePause());
  await world.callAsAccount(others[1], encodeRevokeAll());
  const allowed = [account, others[0], others[1]].join(",");
  relayer = await startRelayer(
    await world.createEnv({ ACCESS: "allowlist", ALLOWED_ACCOUNTS: allowed, RPC_URL: proxy.url }),
  );
  for (const { sessionId } of [session, ...Object.values(closed)]) await waitForSession(relayer.url, sessionId);
});

afterAll(async () => {
  await relayer?.kill();
  await proxy?.stop();
  await world?.stop();
});

/** A node between the relayer and the chain that can be made to fail. */
async function startProxy(target: string) {
  let isDown = false;
  const server = createServer((incoming, outgoing) => {
    if (isDown) return void incoming.socket.destroy();
    const forward = sendOn(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forward.on("error", () => incoming.socket.destroy());
    return void incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    setDown: (down: boolean) => {
      isDown = down;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The same signature in the half of the curve that the contract refuses. */
function toHighS(signature: Hex): Hex {
  const s = secp256k1n - hexToBigInt(slice(signature, 32, 64));
  const v = hexToBigInt(slice(signature, 64)) === 27n ? 28 : 27;
  return `${slice(signature, 0, 32)}${toHex(s, { size: 32 }).slice(2)}${toHex(v, { size: 1 }).slice(2)}`;
}

const body = async (changes: Partial<Parameters<GrantedSession["createOrder"]>[0]> = {}): Promise<SignedOrderJson> =>
  (await session.createOrder({ nonce: 7, ...changes })).body;
const signedAs = async (sign: (signature: Hex) => Hex): Promise<SignedOrderJson> => {
  const signed = await body();
  return { ...signed, signature: sign(signed.signature) };
};
const withOrder = async (changes: Record<string, unknown>): Promise<unknown> => {
  const signed = await body();
  return { ...signed, order: { ...signed.order, ...changes } };
};

type Refusal = {
  name: string;
  send: () => Promise<unknown>;
  status: number;
  code: string;
  retryable?: true;
  rule?: string;
};

const stranger = privateKeyToAccount(generatePrivateKey());
const refusals: Refusal[] = [
  { name: "is not JSON", send: async () => "{", status: 400, code: "body-invalid" },
  { name: "is empty", send: async () => "", status: 400, code: "body-invalid" },
  { name: "is a list", send: async () => [], status: 400, code: "body-invalid" },
  {
    name: "lacks the signature",
    send: async () => ({ order: (await body()).order }),
    status: 400,
    code: "body-invalid",
  },
  {
    name: "has an unknown field",
    send: async () => ({ ...(await body()), more: 1 }),
    status: 400,
    code: "body-invalid",
  },
  { name: "has a nonce as text", send: () => withOrder({ nonce: "7" }), status: 400, code: "body-invalid" },
  { name: "has a negative nonce", send: () => withOrder({ nonce: -1 }), status: 400, code: "body-invalid" },
  {
    name: "has a nonce of 24 bits and more",
    send: () => withOrder({ nonce: 2 ** 24 }),
    status: 400,
    code: "body-invalid",
  },
  { name: "has a short session id", send: () => withOrder({ sessionId: "0x12" }), status: 400, code: "body-invalid" },
  { name: "has calls of another type", send: () => withOrder({ calls: "none" }), status: 400, code: "body-invalid" },
  { name: "is huge", send: async () => ({ order: "0x".padEnd(400_000, "0") }), status: 413, code: "body-too-large" },
  {
    name: "names an unknown session",
    send: () => body({ sessionId: toHex(1, { size: 32 }) }),
    status: 404,
    code: "session-unknown",
  },
  {
    name: "is signed by another key",
    send: () => body({ signer: stranger }),
    status: 401,
    code: "signature-invalid",
    rule: "SignatureInvalid",
  },
  {
    name: "is signed for another chain",
    send: () => body({ chainId: 1 }),
    status: 401,
    code: "signature-invalid",
    rule: "SignatureInvalid",
  },
  {
    name: "has a high s",
    send: () => signedAs(toHighS),
    status: 401,
    code: "signature-invalid",
    rule: "SignatureInvalid",
  },
  {
    name: "has a signature of 64 bytes",
    send: () => signedAs((signature) => slice(signature, 0, 64)),
    status: 401,
    code: "signature-invalid",
    rule: "SignatureInvalid",
  },
  {
    name: "has v below 27",
    send: () => signedAs((signature) => `${slice(signature, 0, 64)}00`),
    status: 401,
    code: "signature-invalid",
    rule: "SignatureInvalid",
  },
  {
    name: "has no signature",
    send: () => signedAs(() => "0x"),
    status: 401,
    code: "signature-invalid",
    rule: "SignatureInvalid",
  },
  {
    name: "was changed after signing",
    send: async () => {
      const signed = await body();
      return { ...signed, order: { ...signed.order, nonce: 8 } };
    },
    status: 401,
    code: "signature-invalid",
    rule: "SignatureInvalid",
  },
  { name: "is late", send: () => body({ deadline: 1 }), status: 422, code: "order-expired", rule: "OrderExpired" },
  {
    name: "has a nonce too high",
    send: () => body({ nonce: 10_000 }),
    status: 422,
    code: "nonce-too-high",
    rule: "NonceTooHigh",
  },
  {
    name: "names a scope that was not granted",
    send: () => body({ calls: [{ ...session.createCall(1n), scope: toHex(2, { size: 32 }) }] }),
    status: 403,
    code: "scope-not-granted",
    rule: "ScopeNotGranted",
  },
  {
    name: "calls another target",
    send: () => body({ calls: [{ ...session.createCall(1n), target: world.manager }] }),
    status: 403,
    code: "scope-not-granted",
    rule: "ScopeNotGranted",
  },
  {
    name: "pays someone else",
    send: () => {
      const call = session.createCall(1n);
      return body({ calls: [{ ...call, data: call.data.replace("beef", "cafe") as Hex }] });
    },
    status: 403,
    code: "rule-broken",
    rule: "RuleBroken",
  },
  {
    name: "carries value",
    send: () => body({ calls: [{ ...session.createCall(1n), value: 1n }] }),
    status: 403,
    code: "value-too-high",
    rule: "CallValueTooHigh",
  },
  {
    name: "has data too short for its function",
    send: () => {
      const call = session.createCall(1n);
      return body({ calls: [{ ...call, data: slice(call.data, 0, 40) }] });
    },
    status: 422,
    code: "call-invalid",
    rule: "CallDataInvalid",
  },
  {
    name: "is over the limit",
    send: () => body({ amount: parseEther("1000") + 1n }),
    status: 403,
    code: "budget-exceeded",
    rule: "LimitExceeded",
  },
  {
    name: "is of a revoked session",
    send: async () => (await closed.revoked.createOrder({ nonce: 0 })).body,
    status: 403,
    code: "session-revoked",
    rule: "SessionNotActive",
  },
  {
    name: "is of a paused account",
    send: async () => (await closed.paused.createOrder({ nonce: 0 })).body,
    status: 403,
    code: "session-not-active",
    rule: "AccountIsPaused",
  },
  {
    name: "is of an earlier epoch",
    send: async () => (await closed.superseded.createOrder({ nonce: 0 })).body,
    status: 403,
    code: "session-revoked",
    rule: "SessionSuperseded",
  },
  {
    name: "is of a session that has not begun",
    send: async () => (await closed.pending.createOrder({ nonce: 0 })).body,
    status: 403,
    code: "session-not-active",
    rule: "SessionNotYetValid",
  },
  {
    name: "is of a session for another relayer",
    send: async () => (await closed.bound.createOrder({ nonce: 0 })).body,
    status: 403,
    code: "relayer-not-allowed",
    rule: "SubmitterNotAllowed",
  },
  {
    name: "is of an account that is not served",
    send: async () => (await closed.stranger.createOrder({ nonce: 0 })).body,
    status: 403,
    code: "account-not-allowed",
  },
];

test.each(refusals)("refuses an order that $name: $code", async ({ send, status, code, retryable, rule }) => {
  const problem = parseProblem(await post(`${relayer.url}/v1/orders`, await send()));
  expect({
    status: problem.status,
    code: problem.code,
    retryable: problem.retryable,
    rule: problem.rule?.name,
  }).toEqual({
    status,
    code,
    retryable: retryable ?? false,
    rule,
  });
});

test("refuses a body of another media type", async () => {
  const answer = await request(`${relayer.url}/v1/orders`, {
    method: "POST",
    body: "order",
    headers: { "content-type": "text/plain" },
  });
  expect(parseProblem(answer)).toMatchObject({ status: 415, code: "media-type-unsupported", retryable: false });
});

test("answers 503, and no refusal of authority, while the node is down", async () => {
  const order = await session.createOrder({ nonce: 9 });
  proxy.setDown(true);
  try {
    await expect.poll(async () => (await request(`${relayer.url}/readyz`)).status, { timeout: 15_000 }).toBe(503);
    const answer = await post(`${relayer.url}/v1/orders`, order.body);
    expect(parseProblem(answer)).toMatchObject({ status: 503, code: "rpc-unavailable", retryable: true });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    // What was known of the last block holds until the next one is asked for in vain.
    const readState = () => request(`${relayer.url}/v1/sessions/${session.sessionId}`);
    await expect.poll(async () => (await readState()).status, { timeout: 15_000 }).toBe(503);
    expect(parseProblem(await readState())).toMatchObject({ status: 503, code: "rpc-unavailable", retryable: true });
  } finally {
    proxy.setDown(false);
  }
  await expect.poll(async () => (await request(`${relayer.url}/readyz`)).status, { timeout: 15_000 }).toBe(200);
  const answer = await post(`${relayer.url}/v1/orders`, order.body);
  expect(answer.status).toBe(202);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
});

test("takes the nonce of all the refused orders, runs it once, and knows the identical order again", async () => {
  const order = await session.createOrder({ nonce: 7 });
  const first = await post(`${relayer.url}/v1/orders`, order.body);
  expect(first.status).toBe(202);
  expect(parseOrder(first.json).orderHash).toBe(order.orderHash);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  const again = await post(`${relayer.url}/v1/orders`, order.body);
  expect(again.status).toBe(200);
  expect(parseOrder(again.json)).toMatchObject({ orderHash: order.orderHash, status: "confirmed" });
  const other = parseProblem(
    await post(`${relayer.url}/v1/orders`, (await session.createOrder({ nonce: 7, amount: 2n })).body),
  );
  expect(other).toMatchObject({ status: 409, code: "nonce-used", retryable: false, rule: { name: "NonceUsed" } });
  expect((await world.countRuns()).get(order.orderHash)).toBe(1);
});
