import { createApiPolicy, createLatchkeyClient, hashApiPolicy, type ApiPolicy } from "@latchkey/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseProblem, post, put, request, requestAs, waitForSession, type RequestSigner } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
/** Believes nobody's `X-Forwarded-For`. */
let relayer: RelayerProcess;
/** Stands behind a proxy on this machine. */
let behindProxy: RelayerProcess;

beforeAll(async () => {
  world = await createWorld();
  relayer = await startRelayer(await world.createEnv());
  const HOT_WALLET_PRIVATE_KEY = world.chain.accounts.deployer.privateKey;
  behindProxy = await startRelayer(await world.createEnv({ TRUST_PROXY: "loopback", HOT_WALLET_PRIVATE_KEY }));
});
afterAll(async () => {
  await relayer?.stop();
  await behindProxy?.stop();
  await world?.stop();
});

async function grant(policy: ApiPolicy): Promise<GrantedSession> {
  const granted = await world.grant(await world.createAccount(), { salt: hashApiPolicy(policy) });
  for (const { url } of [relayer, behindProxy]) {
    await waitForSession(url, granted.sessionId, ({ status }) => status === "active");
  }
  return granted;
}

const tell = ({ url }: RelayerProcess, { sessionId, key }: GrantedSession, policy: unknown, signer = key) =>
  put(`${url}/v1/sessions/${sessionId}/policy`, policy, signer);

async function grantTold(policy: ApiPolicy): Promise<GrantedSession> {
  const granted = await grant(policy);
  for (const each of [relayer, behindProxy]) {
    expect(await tell(each, granted, policy)).toMatchObject({ status: 200, json: policy });
  }
  return granted;
}

let nonce = 0;
/** `accepted`, or the code of the refusal; `forwardedFor` is what a proxy would say. */
async function submit({ url }: RelayerProcess, granted: GrantedSession, forwardedFor?: string): Promise<string> {
  nonce += 1;
  const { body } = await granted.createOrder({ nonce: nonce % 60 });
  const headers = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
  const answer = await request(`${url}/v1/orders`, { method: "POST", body, headers });
  return answer.status === 202 ? "accepted" : parseProblem(answer).code;
}

test("takes orders from the policy's networks alone, whatever headers say", async () => {
  const granted = await grantTold(createApiPolicy({ cidrs: ["203.0.113.0/24", "2001:db8::/32"] }));
  expect(await submit(relayer, granted)).toBe("source-not-allowed");
  expect(await submit(relayer, granted, "203.0.113.9")).toBe("source-not-allowed");
  const local = await grantTold(createApiPolicy({ cidrs: ["127.0.0.0/8"] }));
  expect(await submit(relayer, local)).toBe("accepted");
  expect(await submit(relayer, local, "203.0.113.9")).toBe("accepted");
});

test("behind a proxy, takes the client for who the proxy says it is, and nobody for who he says he is", async () => {
  const granted = await grantTold(createApiPolicy({ cidrs: ["203.0.113.0/24", "2001:db8::/32"] }));
  expect(await submit(behindProxy, granted, "203.0.113.9")).toBe("accepted");
  expect(await submit(behindProxy, granted, "2001:db8::7")).toBe("accepted");
  expect(await submit(behindProxy, granted, "::ffff:203.0.113.9")).toBe("accepted");
  expect(await submit(behindProxy, granted, "198.51.100.1")).toBe("source-not-allowed");
  expect(await submit(behindProxy, granted)).toBe("source-not-allowed");
  // The proxy adds whom it sees at the end; what stands before is the client's own word.
  expect(await submit(behindProxy, granted, "203.0.113.9, 198.51.100.1")).toBe("source-not-allowed");
  expect(await submit(behindProxy, granted, "nonsense")).toBe("source-not-allowed");
});

test("asks before anything is checked that costs, and simulates no more than it takes", async () => {
  const granted = await grantTold(createApiPolicy({ cidrs: ["203.0.113.0/24"] }));
  const order = await granted.createOrder({ nonce: 0, signer: world.chain.accounts.owner.account });
  expect(parseProblem(await post(`${relayer.url}/v1/orders`, order.body)).code).toBe("source-not-allowed");
  expect(parseProblem(await post(`${relayer.url}/v1/orders/simulate`, order.body)).code).toBe("source-not-allowed");
  const { order: plain, signature } = order.body;
  const answer = await post(`${relayer.url}/rpc`, {
    jsonrpc: "2.0",
    id: 1,
    method: "wallet_sendPreparedCalls",
    params: [
      { version: "1", chainId: "0x7a69", context: { order: plain }, signature: { type: "x", value: signature } },
    ],
  });
  expect(answer.json).toMatchObject({ error: { data: { code: "source-not-allowed" } } });
});

test("takes no more orders a minute than the policy asks for", async () => {
  const granted = await grantTold(createApiPolicy({ ordersPerMinute: 9 }));
  for (let count = 0; count < 9; count += 1) expect(await submit(relayer, granted)).toBe("accepted");
  const { body } = await granted.createOrder({ nonce: 61 });
  const answer = await post(`${relayer.url}/v1/orders`, body);
  expect(parseProblem(answer)).toMatchObject({ code: "rate-limited", retryable: true });
  expect(answer.headers.get("ratelimit-limit")).toBe("9");
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
});

test("takes orders in signed requests only, where the policy asks for it", async () => {
  const granted = await grantTold(createApiPolicy({ requireAuthentication: true }));
  expect(await submit(relayer, granted)).toBe("authentication-required");
  const send = async (signer: RequestSigner) => {
    nonce += 1;
    const { body } = await granted.createOrder({ nonce: nonce % 60 });
    return requestAs(signer, `${relayer.url}/v1/orders`, { method: "POST", body });
  };
  expect(parseProblem(await send(world.chain.accounts.relayer.account)).code).toBe("not-a-party");
  expect((await send(granted.key)).status).toBe(202);
  expect((await send(world.chain.accounts.owner.account)).status).toBe(202);
});

test("is told a policy by key or owner, and only the one that the session commits to", async () => {
  const policy = createApiPolicy({ ordersPerMinute: 1_000 });
  const granted = await grant(policy);
  const { owner, relayer: stranger } = world.chain.accounts;
  const path = `${relayer.url}/v1/sessions/${granted.sessionId}/policy`;
  expect(parseProblem(await request(path, { method: "PUT", body: policy })).code).toBe("authentication-required");
  expect(parseProblem(await put(path, policy, stranger.account)).code).toBe("not-a-party");
  expect(parseProblem(await put(path, { ...policy, ordersPerMinute: 2_000 }, granted.key)).code).toBe(
    "policy-mismatch",
  );
  expect(parseProblem(await put(path, { ...policy, cidrs: ["10.0.0.0"] }, granted.key))).toMatchObject({
    code: "body-invalid",
    detail: expect.stringContaining("policy.cidrs[0] is 10.0.0.0") as string,
  });
  expect(parseProblem(await requestAs(granted.key, path)).code).toBe("not-found");
  expect(parseProblem(await request(path)).code).toBe("authentication-required");
  expect((await put(path, policy, owner.account)).status).toBe(200);
  expect(await requestAs(granted.key, path)).toMatchObject({ status: 200, json: policy });
});

test("keeps a policy that nobody has told it for none, and one that it was told across a restart", async () => {
  const policy = createApiPolicy({ cidrs: ["203.0.113.0/24"] });
  const granted = await grant(policy);
  const env = await world.createEnv({ HOT_WALLET_PRIVATE_KEY: world.chain.accounts.deployer.privateKey });
  const first = await startRelayer(env);
  await waitForSession(first.url, granted.sessionId, ({ status }) => status === "active");
  expect(await submit(first, granted)).toBe("accepted");
  const { chain, manager } = world;
  const { sessionId, key: sessionKey } = granted;
  const client = createLatchkeyClient({
    relayerUrl: first.url,
    chainId: chain.chainId,
    manager,
    sessionKey,
    sessionId,
  });
  expect(await client.putPolicy(policy)).toEqual(policy);
  expect(await submit(first, granted)).toBe("source-not-allowed");
  await first.stop();
  const second = await startRelayer(env);
  await waitForSession(second.url, granted.sessionId, ({ status }) => status === "active");
  expect(await submit(second, granted)).toBe("source-not-allowed");
  await second.stop();
});
