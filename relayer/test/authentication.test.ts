import { encodeGrant, encodeRevoke, hashSession, toScopeJson, toSessionJson, type Session } from "@latchkey/sdk";
import { generateKeyPairSync } from "node:crypto";
import { concatHex, type Address, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { toSignedRequest } from "../src/auth/signedRequest.ts";
import {
  parseProblem,
  parseSession,
  post,
  put,
  request,
  requestAs,
  signHeaders,
  waitForOrder,
  waitForSession,
  type RequestSigner,
} from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";
import { createHmacSigner, createP256Signer, signKeyed, type KeyedSigner } from "./support/signKeyed.ts";
import { startTcpProxy, type TcpProxy } from "./support/startTcpProxy.ts";

let world: World;
let proxy: TcpProxy;
let relayer: RelayerProcess;
let account: Address;
let session: GrantedSession;
const stranger = privateKeyToAccount(generatePrivateKey());

beforeAll(async () => {
  world = await createWorld();
  proxy = await startTcpProxy(world.chain.url);
  account = await world.createAccount();
  session = await world.grant(account);
  relayer = await startRelayer(
    await world.createEnv({ RPC_URL: proxy.url, AUTH_SECRET: `0x${"a5".repeat(32)}`, RPC_TIMEOUT_MS: "2000" }),
  );
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.stop();
  await proxy?.cut();
  await world?.stop();
});

const owner = (): RequestSigner => world.chain.accounts.owner.account;
const sessionUrl = ({ sessionId }: { sessionId: Hex } = session): string => `${relayer.url}/v1/sessions/${sessionId}`;
const toContent = ({ session: { ...content }, scopes }: Pick<GrantedSession, "session" | "scopes">) => ({
  session: toSessionJson(content),
  scopes: scopes.map(toScopeJson),
});

async function getReserved(headers: Record<string, string> = {}): Promise<(string | undefined)[]> {
  const { json } = await request(sessionUrl(), { headers });
  return parseSession(json).remaining.map(({ reserved }) => reserved);
}

// --- Who may know what is not on chain

test("tells only the session's key and the account's owner what is in flight", async () => {
  await world.chain.pauseMining();
  const order = await session.createOrder({ nonce: 0, amount: 7n });
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  const seenBy = async (signer: RequestSigner | undefined) => {
    const answer = await (signer === undefined ? request(sessionUrl()) : requestAs(signer, sessionUrl()));
    const { nextNonce, remaining } = parseSession(answer.json);
    return { nextNonce, reserved: remaining.map(({ reserved }) => reserved) };
  };
  const all = { nextNonce: 1, reserved: ["7"] };
  const onChain = { nextNonce: 0, reserved: [undefined] };
  expect(await seenBy(session.key)).toEqual(all);
  expect(await seenBy(owner())).toEqual(all);
  expect(await seenBy(stranger)).toEqual(onChain);
  expect(await seenBy(undefined)).toEqual(onChain);
  const list = await requestAs(owner(), `${relayer.url}/v1/accounts/${account}/sessions?limit=5`);
  expect(JSON.stringify(list.json)).toContain('"reserved":"7"');
  expect(JSON.stringify((await request(`${relayer.url}/v1/accounts/${account}/sessions`)).json)).not.toContain(
    "reserved",
  );
  // Whoever names the order's hash knows the order.
  expect((await request(`${relayer.url}/v1/orders/${order.orderHash}`)).status).toBe(200);
  await world.chain.resumeMining();
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
});

// --- ERC-8128

test("lets key and owner tell what a session says, and nobody else", async () => {
  const draft = await world.draft(account);
  const url = sessionUrl(draft);
  const body = toContent(draft);
  expect(parseProblem(await request(url, { method: "PUT", body }))).toMatchObject({
    status: 401,
    code: "authentication-required",
  });
  expect(parseProblem(await put(url, body, stranger))).toMatchObject({ status: 403, code: "not-a-party" });
  expect((await request(url)).status).toBe(404);
  expect((await put(url, body, draft.key)).status).toBe(200);
  expect((await put(url, body, owner())).status).toBe(200);
});

test("takes a signed request once", async () => {
  const draft = await world.draft(account);
  const body = JSON.stringify(toContent(draft));
  const headers = await signHeaders(draft.key, sessionUrl(draft), { method: "PUT", body });
  const send = () => request(sessionUrl(draft), { method: "PUT", body, headers });
  expect((await send()).status).toBe(200);
  expect(parseProblem(await send())).toMatchObject({ status: 401, code: "request-replayed", retryable: false });
  const reading = await signHeaders(draft.key, sessionUrl(draft), { method: "GET" });
  expect((await request(sessionUrl(draft), { headers: reading })).status).toBe(200);
  expect(parseProblem(await request(sessionUrl(draft), { headers: reading })).code).toBe("request-replayed");
});

test("uses no nonce of a request that is refused", async () => {
  const draft = await world.draft(account);
  expect((await put(sessionUrl(draft), toContent(draft), draft.key)).status).toBe(200);
  const order = await draft.createOrder({ nonce: 0 });
  const url = `${relayer.url}/v1/orders`;
  const body = JSON.stringify(order.body);
  const headers = await signHeaders(draft.key, url, { method: "POST", body });
  const send = () => request(url, { method: "POST", body, headers });
  expect((await send()).status).toBeGreaterThanOrEqual(400);
  await world.callAsAccount(account, encodeGrant(draft));
  await waitForSession(relayer.url, draft.sessionId, ({ status }) => status === "active");
  expect((await send()).status).toBe(202);
  expect(parseProblem(await send()).code).toBe("request-replayed");
});

type Forgery = { headers?: Record<string, string>; body?: string; path?: string };

test.each<[string, (sign: SignPut) => Promise<Forgery>]>([
  ["for another body", async (sign) => ({ ...(await sign()), body: "{}" })],
  ["for another path", async (sign) => ({ ...(await sign()), path: `/v1/sessions/0x${"12".repeat(32)}` })],
  ["for another query", async (sign) => ({ ...(await sign()), path: `/v1/sessions/${session.sessionId}?a=b` })],
  ["for another method", async (sign) => sign({ method: "POST" })],
  ["for another host", async (sign) => sign({ url: `http://relayer.example/v1/sessions/${session.sessionId}` })],
  ["for another chain", async (sign) => sign({ chainId: 1 })],
  ["that has expired", async (sign) => sign({ created: 1_700_000_000, expires: 1_700_000_060 })],
  ["that is good for too long", async (sign) => sign({ ttlSeconds: 3_600 })],
  ["without a nonce", async (sign) => sign({ replay: "replayable" })],
  ["that covers only the host", async (sign) => sign({ binding: "class-bound", components: ["@authority"] })],
  ["of a key it does not name", async (sign) => sign({}, { ...session.key, address: stranger.address })],
  [
    "beside another one",
    async (sign) => {
      const { headers, body } = await sign();
      const input = headers["signature-input"] ?? "";
      return { body, headers: { ...headers, "signature-input": `${input}, ${input.replace("eth=", "two=")}` } };
    },
  ],
  ["whose input is missing", async (sign) => withHeader(await sign(), "signature-input", undefined)],
  ["whose input is no dictionary", async (sign) => withHeader(await sign(), "signature-input", "((")],
  ["of a key of no kind", async (sign) => replaceKeyId(await sign(), "someone")],
  ["whose digest is missing", async (sign) => withHeader(await sign(), "content-digest", undefined)],
])("refuses a signature %s", async (_, forge) => {
  const { headers = {}, body, path = `/v1/sessions/${session.sessionId}` } = await forge(signPut);
  const answer = await request(`${relayer.url}${path}`, {
    method: "PUT",
    headers,
    ...(body !== undefined && { body }),
  });
  expect(parseProblem(answer)).toMatchObject({ status: 401, code: "authentication-invalid" });
  expect(answer.headers.get("www-authenticate")).toContain("Signature");
});

type SignOptions = NonNullable<Parameters<typeof signHeaders>[3]> & { method?: string; url?: string };
type SignPut = (
  options?: SignOptions,
  signer?: RequestSigner,
) => Promise<{ headers: Record<string, string>; body: string }>;

async function signPut(
  { method = "PUT", url = sessionUrl(), ...options }: SignOptions = {},
  signer: RequestSigner = session.key,
) {
  const body = JSON.stringify(toContent(session));
  return { headers: await signHeaders(signer, url, { method, body }, options), body };
}

function withHeader({ headers = {}, ...rest }: Forgery, name: string, value: string | undefined): Forgery {
  const { [name]: _, ...others } = headers;
  return { ...rest, headers: { ...others, ...(value !== undefined && { [name]: value }) } };
}

function replaceKeyId({ headers = {}, ...rest }: Forgery, keyId: string): Forgery {
  const input = (headers["signature-input"] ?? "").replace(/keyid="[^"]*"/, `keyid="${keyId}"`);
  return { ...rest, headers: { ...headers, "signature-input": input } };
}

test("does not take a silent node for a bad signature", async () => {
  // A contract's signature: only the node can tell.
  const contract: RequestSigner = { address: account, signMessage: async () => `0x${"12".repeat(80)}` };
  expect(parseProblem(await requestAs(contract, sessionUrl())).code).toBe("authentication-invalid");
  await proxy.cut();
  expect(parseProblem(await requestAs(contract, sessionUrl()))).toMatchObject({
    status: 503,
    code: "rpc-unavailable",
    retryable: true,
  });
  await proxy.restore();
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

test.each(["", "a:b@relayer.example", "not a host", "[::1"])("refuses the Host %j of a signed request", (host) => {
  const headers = { "signature-input": 'eth=("@method");keyid="someone"', signature: "eth=:AA==:" };
  const request = { method: "GET", url: "/v1/info", headers, protocol: "http" as const, rawBody: undefined };
  expect(() => toSignedRequest({ ...request, host }, undefined)).toThrow("is not a host");
  expect(toSignedRequest({ ...request, host }, "https://relayer.example/api")?.url.href).toBe(
    "https://relayer.example/v1/info",
  );
});

// --- HMAC credentials

const credentialSchema = z.strictObject({
  keyId: z.string(),
  secret: z.string(),
  algorithm: z.literal("hmac-sha256"),
  expiresAt: z.iso.datetime(),
});

async function getCredential(
  { sessionId, key }: Pick<GrantedSession, "sessionId" | "key"> = session,
  lifetimeSeconds = 900,
): Promise<KeyedSigner> {
  const url = `${relayer.url}/v1/credentials`;
  const answer = await requestAs(key, url, { method: "POST", body: { sessionId, lifetimeSeconds } });
  expect(answer).toMatchObject({ status: 201 });
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const { keyId, secret } = credentialSchema.parse(answer.json);
  return createHmacSigner(keyId, Buffer.from(secret, "base64"));
}

test("gives the session's key a credential that reads as the key does", async () => {
  const credential = await getCredential();
  expect(await getReserved(await signKeyed(credential, sessionUrl()))).toEqual(["0"]);
  const url = `${relayer.url}/v1/accounts/${account}/sessions?limit=3`;
  expect((await request(url, { headers: await signKeyed(credential, url) })).status).toBe(200);
});

test("gives a credential to no stranger, to nobody unsigned, and for no credential", async () => {
  const url = `${relayer.url}/v1/credentials`;
  const body = { sessionId: session.sessionId };
  expect(parseProblem(await post(url, body)).code).toBe("authentication-required");
  expect(parseProblem(await requestAs(stranger, url, { method: "POST", body })).code).toBe("not-a-party");
  const text = JSON.stringify(body);
  const headers = await signKeyed(await getCredential(), url, { method: "POST", body: text });
  expect(parseProblem(await request(url, { method: "POST", body: text, headers })).code).toBe("not-a-party");
  expect(
    parseProblem(await requestAs(session.key, url, { method: "POST", body: { ...body, lifetimeSeconds: 901 } })).code,
  ).toBe("body-invalid");
});

test("lets a credential of one session read nothing of another", async () => {
  const other = await world.grant(account);
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "active");
  const credential = await getCredential(other);
  expect(await getReserved(await signKeyed(credential, sessionUrl()))).toEqual([undefined]);
});

test.each<[string, (credential: KeyedSigner) => Promise<Record<string, string>>]>([
  ["with another secret", ({ keyId }) => signKeyed(createHmacSigner(keyId, Buffer.alloc(32)), sessionUrl())],
  [
    "with a later end",
    ({ keyId, ...rest }) =>
      signKeyed({ ...rest, keyId: `${keyId.slice(0, -10)}${Number(keyId.slice(-10)) + 60}` }, sessionUrl()),
  ],
  [
    "with an end far ahead",
    ({ keyId, ...rest }) => signKeyed({ ...rest, keyId: `${keyId.slice(0, -10)}9999999999` }, sessionUrl()),
  ],
  [
    "with an end that has passed",
    ({ keyId, ...rest }) => signKeyed({ ...rest, keyId: `${keyId.slice(0, -10)}1700000000` }, sessionUrl()),
  ],
  ["for another path", (credential) => signKeyed(credential, `${relayer.url}/v1/info`)],
  [
    "that does not cover the method",
    (credential) => signKeyed(credential, sessionUrl(), { fields: ["@authority", "@path"] }),
  ],
  [
    "without a nonce",
    (credential) => signKeyed(credential, sessionUrl(), { params: ["created", "expires", "keyid", "alg"] }),
  ],
  [
    "without an end",
    (credential) => signKeyed(credential, sessionUrl(), { params: ["created", "nonce", "keyid", "alg"] }),
  ],
  [
    "made an hour ago",
    (credential) => signKeyed(credential, sessionUrl(), { created: new Date(Date.now() - 3_600_000) }),
  ],
  [
    "made in an hour",
    (credential) => signKeyed(credential, sessionUrl(), { created: new Date(Date.now() + 3_600_000) }),
  ],
  [
    "good for an hour",
    (credential) => signKeyed(credential, sessionUrl(), { expires: new Date(Date.now() + 3_600_000) }),
  ],
  [
    "under another algorithm's name",
    (credential) => signKeyed({ ...credential, alg: "ecdsa-p256-sha256" }, sessionUrl()),
  ],
])("refuses a credential's signature %s", async (_, sign) => {
  const headers = await sign(await getCredential());
  expect(parseProblem(await request(sessionUrl(), { headers }))).toMatchObject({
    status: 401,
    code: "authentication-invalid",
  });
});

test("takes a credential's request once", async () => {
  const headers = await signKeyed(await getCredential(), sessionUrl());
  expect((await request(sessionUrl(), { headers })).status).toBe(200);
  expect(parseProblem(await request(sessionUrl(), { headers })).code).toBe("request-replayed");
});

test("lets a credential die with its session, and not with the node", async () => {
  const short = await world.grant(account);
  await waitForSession(relayer.url, short.sessionId, ({ status }) => status === "active");
  const credential = await getCredential(short);
  const use = async () => request(sessionUrl(short), { headers: await signKeyed(credential, sessionUrl(short)) });
  expect((await use()).status).toBe(200);
  await proxy.cut();
  await expect.poll(async () => (await use()).status, { timeout: 20_000 }).toBe(503);
  await proxy.restore();
  await expect.poll(async () => (await use()).status, { timeout: 20_000 }).toBe(200);
  await world.callAsAccount(account, encodeRevoke(short.session));
  await waitForSession(relayer.url, short.sessionId, ({ status }) => status === "revoked");
  expect(parseProblem(await use())).toMatchObject({ status: 401, code: "authentication-invalid" });
});

test("gives and takes no credentials without the operator's secret", async () => {
  const credential = await getCredential();
  const plain = await startRelayer(await world.createEnv());
  try {
    await waitForSession(plain.url, session.sessionId, ({ status }) => status === "active");
    const url = `${plain.url}/v1/credentials`;
    const body = { sessionId: session.sessionId };
    expect(parseProblem(await requestAs(session.key, url, { method: "POST", body })).code).toBe("feature-unsupported");
    const target = `${plain.url}/v1/sessions/${session.sessionId}`;
    const headers = await signKeyed(credential, target);
    expect(parseProblem(await request(target, { headers })).code).toBe("authentication-invalid");
  } finally {
    await plain.stop();
  }
});

// --- P-256

test("takes the signature of a P-256 session key, and of no other", async () => {
  const [key, other] = [
    generateKeyPairSync("ec", { namedCurve: "P-256" }),
    generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ];
  const signer = createP256Signer(key.privateKey, key.publicKey);
  const verifier: Address = "0x0000000000000000000000000000000000000100";
  const { scopes, session: template } = await world.draft(account);
  const content: Session = { ...template, signer: concatHex([verifier, signer.publicKey]) };
  const url = `${relayer.url}/v1/sessions/${hashSession(content)}`;
  const body = JSON.stringify(toContent({ session: content, scopes }));
  const send = async (by: KeyedSigner) =>
    request(url, { method: "PUT", body, headers: await signKeyed(by, url, { method: "PUT", body }) });
  expect(parseProblem(await send(createP256Signer(other.privateKey, other.publicKey))).code).toBe("not-a-party");
  expect(
    parseProblem(await send({ ...signer, sign: createP256Signer(other.privateKey, key.publicKey).sign })).code,
  ).toBe("authentication-invalid");
  expect(parseProblem(await send({ ...signer, keyId: `p256:0x${"11".repeat(64)}` })).code).toBe(
    "authentication-invalid",
  );
  const answer = await send(signer);
  expect(answer).toMatchObject({ status: 200 });
  expect(parseSession(answer.json).remaining.map(({ reserved }) => reserved)).toEqual(["0"]);
});
