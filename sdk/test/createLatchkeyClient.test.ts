import { recoverTypedDataAddress, toHex, type Address, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, describe, expect, it } from "vitest";
import {
  createLatchkeyClient,
  createSession,
  hashOrder,
  hashScope,
  hashSession,
  OrderNotAdmittedError,
  OrderTimeoutError,
  parseSignedOrderJson,
  RelayerProblemError,
  RelayerUnreachableError,
  ResponseInvalidError,
  templates,
  signApproval,
  toApprovalTypedData,
  toControlTypedData,
  toOrderTypedData,
  toPaymentCall,
  toScopeJson,
  toSessionJson,
  type LatchkeyClient,
  type LatchkeyClientOptions,
} from "../src/index.ts";
import { createRandom } from "./support/random.ts";
import { startServer, type Answer, type TestRequest, type TestServer } from "./support/startServer.ts";

const random = createRandom(80);
const [account, manager, token, recipient] = random.list(4, random.address) as [Address, Address, Address, Address];
const sessionKey = privateKeyToAccount(random.bytes(32));
const chainId = 31_337;
const { session, scopes } = createSession({
  account,
  signer: sessionKey.address,
  validUntil: Math.floor(Date.now() / 1000) + 3600,
  maxOrders: 100,
  ...templates.payment({ token, recipients: [recipient], amount: 100n, period: 0 }),
});
const sessionId = hashSession(session);
const calls = [toPaymentCall({ token, recipient, amount: 1n })];

const sessionState = (change: object = {}) => ({
  sessionId,
  status: "active",
  session: toSessionJson(session),
  scopes: scopes.map(toScopeJson),
  nextNonce: 3,
  remaining: [{ limit: 0, token, amount: "100", remaining: "90", reserved: "10" }],
  block: { number: 12, hash: toHex(12, { size: 32 }) },
  lastUsedAt: null,
  ...change,
});

const orderHashOf = (body: unknown): Hex => hashOrder(parseSignedOrderJson(body).order, { chainId, manager });
const nonceOf = ({ body }: TestRequest): number => parseSignedOrderJson(body).order.nonce;
const accept: Answer = ({ body }) => ({ status: 202, json: { orderHash: orderHashOf(body), status: "accepted" } });
const problem = (status: number, code: string, change: object = {}) => ({
  status,
  json: { type: `urn:latchkey:problem:${code}`, title: code, status, detail: `It is ${code}.`, code, ...change },
});

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** A client of a server that knows the session and answers orders with `onOrder`. */
async function start(
  onOrder: Answer,
  { routes, ...options }: Partial<LatchkeyClientOptions> & { routes?: Answer } = {},
): Promise<{ client: LatchkeyClient; orders: () => TestRequest[] }> {
  const started = await startServer((request, response) => {
    if (request.path.startsWith("/v1/orders") && request.method === "POST") return onOrder(request, response);
    if (request.path === `/v1/sessions/${sessionId}`) return { status: 200, json: sessionState() };
    return routes === undefined ? problem(404, "not-found") : routes(request, response);
  });
  server = started;
  const client = createLatchkeyClient({
    relayerUrl: `${started.url}/`,
    chainId,
    manager,
    sessionKey,
    sessionId,
    retryPolicy: { attemptsMax: 4, delayBaseMs: 5, delayMaxMs: 50 },
    ...options,
  });
  return { client, orders: () => started.requests.filter(({ method }) => method === "POST") };
}

/** The error of a promise that must reject. */
async function getError(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("surrender", () => {
  const given = { id: "one", kind: "surrender", account, sessionId, status: "waiting" };

  it("signs that the session is given up, for the account it is of, and says what became of it", async () => {
    const { client, orders } = await start(accept, {
      routes: ({ path }) => {
        if (path === `/v1/sessions/${sessionId}/surrender`) return { status: 202, json: given };
        return path === "/v1/controls/one"
          ? { status: 200, json: { ...given, status: "done" } }
          : problem(404, "not-found");
      },
    });
    const state = await client.surrender();
    expect(state).toMatchObject({ id: "one", status: "waiting", sessionId });
    const [sent] = orders();
    const body = sent?.body as { controlNonce: number; deadline: number; signature: Hex };
    expect(body.deadline).toBeGreaterThan(Date.now() / 1000 + 3_600);
    const { signature, ...dated } = body;
    const typedData = toControlTypedData({ type: "Surrender", account, sessionId, ...dated }, { chainId, manager });
    expect(await recoverTypedDataAddress({ ...typedData, signature })).toBe(sessionKey.address);
    expect(sent?.headers["signature-input"]).toContain(sessionKey.address.toLowerCase());
    expect(await client.getControl(state.id)).toMatchObject({ status: "done", reason: undefined });
  });

  it("needs the key", async () => {
    const started = await startServer(() => problem(404, "not-found"));
    server = started;
    const client = createLatchkeyClient({ relayerUrl: started.url, chainId, manager, session, scopes });
    expect(await getError(client.surrender())).toMatchObject({
      message: "The client has no sessionKey, so it cannot give it up",
    });
  });
});

describe("submitOrder", () => {
  it("finds scope and nonce, signs, submits, and counts on from there", async () => {
    const { client, orders } = await start(accept);
    const first = await client.submitOrder({ calls });
    const second = await client.submitOrder({ calls, gasLimit: 700_000, deadline: 1_900_000_000 });
    expect([first.order.nonce, second.order.nonce]).toEqual([3, 4]);
    expect(first).toMatchObject({ orderHash: hashOrder(first.order, { chainId, manager }), status: "accepted" });
    expect(first.order.calls).toEqual([{ ...calls[0], scope: scopes.map(hashScope)[0] }]);
    expect(first.order.deadline).toBeGreaterThan(Date.now() / 1000 + 60);
    expect(second.order).toMatchObject({ gasLimit: 700_000, deadline: 1_900_000_000 });
    const { order, signature } = parseSignedOrderJson(orders()[0]?.body);
    const signer = await recoverTypedDataAddress({ ...toOrderTypedData(order, { chainId, manager }), signature });
    expect(signer).toBe(sessionKey.address);
  });

  it("sends the lease it is given, and the approver's signature over the order it made", async () => {
    const { client, orders } = await start(accept);
    const approver = privateKeyToAccount(random.bytes(32));
    const lease = random.bytes(71);
    const { order } = await client.submitOrder({
      calls,
      lease,
      approve: (_, orderHash) => signApproval({ approval: { orderHash }, signer: approver, chainId, manager }),
    });
    const { approval, ...sent } = parseSignedOrderJson(orders()[0]?.body);
    expect(sent).toMatchObject({ order, lease });
    const typedData = toApprovalTypedData({ orderHash: hashOrder(order, { chainId, manager }) }, { chainId, manager });
    expect(await recoverTypedDataAddress({ ...typedData, signature: approval ?? "0x" })).toBe(approver.address);
  });

  it("sends nothing if the approver refuses", async () => {
    const { client, orders } = await start(accept);
    const approve = () => Promise.reject(new Error("too much"));
    expect(await getError(client.submitOrder({ calls, approve }))).toMatchObject({ message: "too much" });
    expect(orders()).toEqual([]);
    // Its nonce is not lost.
    expect((await client.submitOrder({ calls })).order.nonce).toBe(3);
  });

  it("gives each of many orders at once its own nonce", async () => {
    const { client, orders } = await start(accept);
    await Promise.all(random.list(20, () => client.submitOrder({ calls })));
    expect(
      orders()
        .map(nonceOf)
        .toSorted((a, b) => a - b),
    ).toEqual(random.list(20, (index) => 3 + index));
  });

  it("uses the content it is given and does not ask for it", async () => {
    const { client } = await start(accept, { session, scopes });
    await client.submitOrder({ calls, nonce: 9 });
    expect(server?.requests.map(({ method }) => method)).toEqual(["POST"]);
  });

  it("refuses a call that no scope admits, before anything is sent", async () => {
    const { client, orders } = await start(accept);
    const other = toPaymentCall({ token, recipient: account, amount: 1n });
    const error = await getError(client.submitOrder({ calls: [...calls, other] }));
    expect(error).toBeInstanceOf(OrderNotAdmittedError);
    expect(error).toMatchObject({ error: "RuleBroken", retryable: false });
    const elsewhere = await getError(client.submitOrder({ calls: [{ target: account }] }));
    expect(elsewhere).toHaveProperty("message", `Call number 1: the session has no scope for ${account}`);
    expect(orders()).toEqual([]);
  });

  it("repeats the identical order while the relayer says that it may help", async () => {
    let count = 0;
    const { client, orders } = await start((request, response) => {
      count += 1;
      if (count === 1)
        return { ...problem(503, "rpc-unavailable", { retryable: true }), headers: { "retry-after": "0" } };
      if (count === 2) return problem(409, "budget-reserved", { retryable: true });
      return accept(request, response);
    });
    await client.submitOrder({ calls });
    expect(orders()).toHaveLength(3);
    expect(new Set(orders().map(({ body }) => JSON.stringify(body)))).toHaveProperty("size", 1);
  });

  it("waits for the grant of a session that the relayer has not read yet", async () => {
    let count = 0;
    const { client, orders } = await start((request, response) => {
      count += 1;
      if (count > 2) return accept(request, response);
      return { ...problem(409, "session-not-granted", { retryable: true }), headers: { "retry-after": "1" } };
    });
    expect(await client.submitOrder({ calls })).toMatchObject({ status: "accepted" });
    expect(orders().map(nonceOf)).toEqual([3, 3, 3]);
  });

  it.each(["session-revoked", "session-expired", "session-not-active"])("takes %s for final", async (code) => {
    const { client, orders } = await start(() => problem(403, code, { retryable: false }));
    expect(await getError(client.submitOrder({ calls }))).toMatchObject({ code, retryable: false });
    expect(orders()).toHaveLength(1);
  });

  it("repeats the identical order after a broken connection, and takes its present state for an answer", async () => {
    let count = 0;
    const { client, orders } = await start(({ body }, response) => {
      count += 1;
      if (count > 1) return { status: 200, json: { orderHash: orderHashOf(body), status: "confirmed" } };
      response.destroy();
      return undefined;
    });
    expect(await client.submitOrder({ calls })).toMatchObject({ status: "confirmed" });
    expect(new Set(orders().map(({ body }) => JSON.stringify(body)))).toHaveProperty("size", 1);
  });

  it("does not repeat what the relayer refuses for good, and uses the nonce again", async () => {
    let count = 0;
    const { client, orders } = await start((request, response) => {
      count += 1;
      return count === 1 ? problem(403, "budget-exceeded", { retryable: false }) : accept(request, response);
    });
    const error = await getError(client.submitOrder({ calls }));
    expect(error).toBeInstanceOf(RelayerProblemError);
    expect(error).toMatchObject({
      code: "budget-exceeded",
      status: 403,
      retryable: false,
      message: "The relayer refused (budget-exceeded): It is budget-exceeded.",
    });
    await client.submitOrder({ calls });
    await client.submitOrder({ calls });
    expect(orders().map(nonceOf)).toEqual([3, 3, 4]);
  });

  it("gives up after the attempts it is allowed", async () => {
    const { client, orders } = await start(() => problem(503, "rpc-unavailable", { retryable: true }));
    expect(await getError(client.submitOrder({ calls }))).toMatchObject({ code: "rpc-unavailable" });
    expect(orders()).toHaveLength(4);
  });

  it("signs with a fresh nonce when another process took its own, a bounded number of times", async () => {
    let count = 0;
    const { client, orders } = await start((request, response) => {
      count += 1;
      return count < 3 ? problem(409, "nonce-used") : accept(request, response);
    });
    expect((await client.submitOrder({ calls })).order.nonce).toBe(5);
    expect(orders().map(nonceOf)).toEqual([3, 4, 5]);
    count = -10;
    expect(await getError(client.submitOrder({ calls }))).toMatchObject({ code: "nonce-used" });
    expect(orders()).toHaveLength(6);
    count = 0;
    expect(await getError(client.submitOrder({ calls, nonce: 7 }))).toMatchObject({ code: "nonce-used" });
    expect(orders()).toHaveLength(7);
  });

  it("refuses the answer of a relayer of another chain", async () => {
    const { client } = await start(() => ({
      status: 202,
      json: { orderHash: toHex(1, { size: 32 }), status: "accepted" },
    }));
    const error = await getError(client.submitOrder({ calls }));
    expect(error).toBeInstanceOf(ResponseInvalidError);
    expect(error).toHaveProperty("message", expect.stringContaining("is it of another chain or manager?"));
  });

  it("stops at once when it is aborted", async () => {
    const stop = new AbortController();
    const { client, orders } = await start(() => {
      stop.abort(new Error("enough"));
      return problem(503, "rpc-unavailable", { retryable: true });
    });
    expect(await getError(client.submitOrder({ calls }, { signal: stop.signal }))).toBeInstanceOf(Error);
    expect(orders()).toHaveLength(1);
  });

  it("says so if it has no key", async () => {
    const { client } = await start(accept);
    const reader = createLatchkeyClient({ relayerUrl: server?.url ?? "", chainId, manager, sessionId });
    expect(await getError(reader.submitOrder({ calls }))).toHaveProperty(
      "message",
      expect.stringContaining("no sessionKey"),
    );
    expect((await client.getSession()).nextNonce).toBe(3);
  });
});

describe("requests", () => {
  it("time out, are repeated, and end in an error that names the relayer", async () => {
    const { client } = await start(() => undefined, { timeoutMs: 40, session, scopes });
    const error = await getError(client.submitOrder({ calls, nonce: 0 }));
    expect(error).toBeInstanceOf(RelayerUnreachableError);
    expect(error).toHaveProperty("retryable", true);
    expect(error).toHaveProperty("message", expect.stringContaining(server?.url ?? "no server"));
    expect(server?.requests).toHaveLength(4);
  });

  it("name the cause when nothing listens", async () => {
    const { client } = await start(accept);
    await server?.stop();
    server = undefined;
    const error = await getError(client.getInfo());
    expect(error).toHaveProperty("message", expect.stringMatching(/does not answer: .*ECONNREFUSED/));
  });

  it("keep the problem's details, and wait as long as they are asked to", async () => {
    const { client } = await start(accept, {
      retryPolicy: { attemptsMax: 1 },
      routes: () => ({
        ...problem(429, "rate-limited", { retryable: true, rule: { name: "X" }, errors: [{ path: "a" }] }),
        headers: { "retry-after": "7" },
      }),
    });
    expect(await getError(client.getInfo())).toMatchObject({
      code: "rate-limited",
      detail: "It is rate-limited.",
      rule: { name: "X" },
      errors: [{ path: "a" }],
      retryAfterMs: 7000,
    });
  });

  it("make the best of answers that are not the relayer's own", async () => {
    const { client } = await start(accept, {
      routes: ({ path }, response) => {
        response.writeHead(path === "/v1/info" ? 502 : 200, { "content-type": "text/html" });
        response.end("<h1>proxy</h1>");
        return undefined;
      },
    });
    expect(await getError(client.getInfo())).toMatchObject({ code: "http-502", retryable: true });
    expect(await getError(client.getOrder(sessionId))).toBeInstanceOf(ResponseInvalidError);
  });
});

describe("reading", () => {
  it("parses the state of a session and what is left of its limits", async () => {
    const { client } = await start(accept);
    const state = await client.getSession();
    expect(state).toMatchObject({ sessionId, status: "active", session, scopes, nextNonce: 3, lastUsedAt: undefined });
    expect(state.block).toEqual({ number: 12n, hash: toHex(12, { size: 32 }) });
    expect(await client.getRemaining(sessionId)).toEqual([
      { limit: 0, token, amount: 100n, remaining: 90n, reserved: 10n },
    ]);
  });

  it.each([
    ["another session", { session: toSessionJson({ ...session, maxOrders: 7 }) }],
    ["other scopes", { scopes: [...scopes, ...scopes].map(toScopeJson) }],
    ["no remaining amounts", { remaining: undefined }],
    ["a status it does not know", { status: "maybe" }],
  ])("does not believe a relayer that tells %s", async (_, change) => {
    server = await startServer(() => ({ status: 200, json: sessionState(change) }));
    const client = createLatchkeyClient({ relayerUrl: server.url, chainId, manager, sessionKey });
    expect(await getError(client.getSession(sessionId))).toBeInstanceOf(ResponseInvalidError);
  });

  it("lists sessions and events of an account, and tells the relayer of a session", async () => {
    const { client } = await start(accept, {
      routes: ({ path }) => {
        if (path === `/v1/accounts/${account}/sessions`) return { status: 200, json: { sessions: [sessionState()] } };
        if (path === `/v1/accounts/${account}/events?limit=5`) {
          return { status: 200, json: { events: [{ id: "1-0", event: "SessionGranted", data: { account } }] } };
        }
        return { status: 200, json: { chainId, manager, relayer: account, version: "1" } };
      },
    });
    expect(await client.getSessionsOfAccount(account)).toMatchObject([{ sessionId }]);
    expect(await client.getEventsOfAccount(account, { limit: 5 })).toEqual([
      { id: "1-0", name: "SessionGranted", data: { account } },
    ]);
    expect(await client.getInfo()).toEqual({ chainId, manager, relayer: account, version: "1" });
    expect(await client.putSession({ session, scopes })).toMatchObject({ sessionId });
    expect(server?.requests.at(-1)).toMatchObject({ method: "PUT", body: { session: toSessionJson(session) } });
  });

  it("simulates an order without taking its nonce", async () => {
    const { client, orders } = await start((request, response) =>
      request.path === "/v1/orders/simulate"
        ? { status: 200, json: { ok: true, gasUsed: "123" } }
        : accept(request, response),
    );
    expect(await client.simulateOrder({ calls })).toEqual({ gasUsed: 123n });
    await client.submitOrder({ calls });
    expect(orders().map(nonceOf)).toEqual([3, 3]);
  });
});

describe("waitForOrder", () => {
  const orderHash = toHex(5, { size: 32 });

  it("waits for a final state, through a restart of the relayer", async () => {
    const answers = [
      { status: 200, json: { orderHash, status: "accepted" } },
      ...random.list(5, () => problem(503, "rpc-unavailable", { retryable: true })),
      { status: 200, json: { orderHash, status: "submitted", transactionHash: orderHash } },
      {
        status: 200,
        json: { orderHash, status: "failed", blockNumber: "7", reason: { name: "X", args: [], sentence: "No." } },
      },
    ];
    const { client } = await start(accept, { routes: () => answers.shift() });
    expect(await client.waitForOrder(orderHash, { pollIntervalMs: 1 })).toMatchObject({
      status: "failed",
      blockNumber: 7n,
      reason: { name: "X", args: [], sentence: "No." },
    });
  });

  it("times out with what it knows", async () => {
    const { client } = await start(accept, {
      routes: () => ({ status: 200, json: { orderHash, status: "submitted" } }),
    });
    const error = await getError(client.waitForOrder(orderHash, { timeoutMs: 50, pollIntervalMs: 10 }));
    expect(error).toBeInstanceOf(OrderTimeoutError);
    expect(error).toMatchObject({ orderHash, message: `Order ${orderHash} is still submitted after 50 ms` });
  });

  it("does not wait for an order the relayer does not know", async () => {
    const { client } = await start(accept);
    expect(await getError(client.waitForOrder(orderHash))).toMatchObject({ code: "not-found" });
  });
});

describe("streamEvents", () => {
  it("reads events, resumes after the last one, and ends when it is aborted", async () => {
    let connections = 0;
    const { client } = await start(accept, {
      routes: (_, response) => {
        connections += 1;
        response.writeHead(200, { "content-type": "text/event-stream" });
        if (connections === 1) {
          response.write(': hello\n\nid: 5-0\nevent: SessionGranted\ndata: {"a":\ndata: 1}\n\nid: 5-1\r\nevent: Ord');
          setTimeout(() => response.end('erExecuted\r\ndata:{"nonce":2}\r\n\r\nid: 5-2\ndata: {"cut'), 20);
        } else response.write('id: 6-0\nevent: SessionRevoked\ndata: {"ü":"€"}\n\n');
        return undefined;
      },
    });
    const stop = new AbortController();
    const events: unknown[] = [];
    for await (const event of client.streamEvents({ account, sessionId, signal: stop.signal })) {
      events.push(event);
      if (events.length === 3) stop.abort();
    }
    expect(events).toEqual([
      { id: "5-0", name: "SessionGranted", data: { a: 1 } },
      { id: "5-1", name: "OrderExecuted", data: { nonce: 2 } },
      { id: "6-0", name: "SessionRevoked", data: { ü: "€" } },
    ]);
    const [first, second] = server?.requests ?? [];
    expect(first?.path).toBe(`/v1/events?account=${account}&sessionId=${sessionId}`);
    expect(first?.headers["last-event-id"]).toBeUndefined();
    expect(second?.headers["last-event-id"]).toBe("5-1");
  });

  it("lets go of the connection when its reader leaves", async () => {
    let closed: Promise<void> | undefined;
    const { client } = await start(accept, {
      routes: (_, response) => {
        closed = new Promise((resolve) => response.on("close", resolve));
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("id: 1-0\ndata: {}\n\n");
        return undefined;
      },
    });
    for await (const event of client.streamEvents()) {
      expect(event.id).toBe("1-0");
      break;
    }
    await closed;
  });

  it("gives up after failures in a row, and at once when the relayer refuses", async () => {
    const collect = async (client: LatchkeyClient) => {
      for await (const event of client.streamEvents()) throw new Error(`unexpected ${event.id}`);
    };
    const { client } = await start(accept, { routes: () => problem(503, "rpc-unavailable", { retryable: true }) });
    expect(await getError(collect(client))).toMatchObject({ code: "rpc-unavailable" });
    expect(server?.requests).toHaveLength(4);
    await server?.stop();
    const refused = await start(accept, { routes: () => problem(404, "not-found") });
    expect(await getError(collect(refused.client))).toMatchObject({ code: "not-found" });
    expect(server?.requests).toHaveLength(1);
  });
});
