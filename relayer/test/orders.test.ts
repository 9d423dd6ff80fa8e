import {
  createLatchkeyClient,
  encodeGrant,
  encodePause,
  encodeRevoke,
  encodeUnpause,
  toScopeJson,
  toSessionJson,
  type RelayerEvent,
} from "@latchkey/sdk";
import { zeroHash, type Address } from "viem";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  parseOrder,
  parseProblem,
  parseSession,
  post,
  put,
  request,
  waitForOrder,
  waitForSession,
} from "./support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "./support/createWorld.ts";
import { readStream, type StreamedEvent } from "./support/readStream.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let relayer: RelayerProcess;
let account: Address;

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
  relayer = await startRelayer(await world.createEnv());
});

afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

async function grant(): Promise<GrantedSession> {
  const session = await world.grant(account);
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  return session;
}

const createClient = (session: GrantedSession) =>
  createLatchkeyClient({
    relayerUrl: relayer.url,
    chainId: world.chain.chainId,
    manager: world.manager,
    sessionKey: session.key,
    sessionId: session.sessionId,
  });

test("runs an order and tells where it stands, each time the same", async () => {
  const session = await grant();
  const { order, orderHash, body } = await session.createOrder({ nonce: 0, amount: 7n });
  const before = await world.balanceOf(recipient);
  const answer = await post(`${relayer.url}/v1/orders`, body);
  expect(answer.status).toBe(202);
  expect(parseOrder(answer.json)).toMatchObject({ orderHash, sessionId: session.sessionId, account, nonce: 0 });
  const confirmed = await waitForOrder(relayer.url, orderHash);
  expect(confirmed.status).toBe("confirmed");
  const receipt = await world.chain.client.getTransactionReceipt({ hash: confirmed.transactionHash ?? zeroHash });
  expect({ status: receipt.status, block: Number(receipt.blockNumber) }).toEqual({
    status: "success",
    block: confirmed.blockNumber,
  });
  expect((await world.balanceOf(recipient)) - before).toBe(7n);
  const { json } = await request(`${relayer.url}/v1/orders/${orderHash}`);
  expect(json).toMatchObject({ calls: body.order.calls.map((call) => ({ data: call.data })), nonce: order.nonce });
  // In capitals it is the same order.
  const capitals = `0x${orderHash.slice(2).toUpperCase()}`;
  expect((await request(`${relayer.url}/v1/orders/${capitals}`)).json).toEqual(json);
});

test("takes the same order any number of times at once and runs it once", async () => {
  const session = await grant();
  const { orderHash, body } = await session.createOrder({ nonce: 0 });
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(`${relayer.url}/v1/orders`, body)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
  for (const { json } of answers) expect(parseOrder(json).orderHash).toBe(orderHash);
  expect((await waitForOrder(relayer.url, orderHash)).status).toBe("confirmed");
  expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(200);
  expect((await world.countRuns()).get(orderHash)).toBe(1);
});

test("takes one of several orders that want one nonce at once", async () => {
  const session = await grant();
  const amounts = [1n, 2n, 3n, 4n, 5n, 6n];
  const orders = await Promise.all(amounts.map((amount) => session.createOrder({ nonce: 0, amount })));
  const answers = await Promise.all(orders.map(({ body }) => post(`${relayer.url}/v1/orders`, body)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
  const taken = orders[answers.findIndex(({ status }) => status === 202)];
  expect((await waitForOrder(relayer.url, taken?.orderHash ?? zeroHash)).status).toBe("confirmed");
  const runs = await world.countRuns();
  expect(orders.filter(({ orderHash }) => runs.has(orderHash))).toEqual([taken]);
});

test("runs orders of many sessions in a few transactions", async () => {
  const sessions = [await grant(), await grant(), await grant()];
  await world.chain.pauseMining();
  const orders = await Promise.all(
    sessions.flatMap((session) => [0, 1, 2, 3].map((nonce) => session.createOrder({ nonce }))),
  );
  const answers = await Promise.all(orders.map(({ body }) => post(`${relayer.url}/v1/orders`, body)));
  expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 202));
  await world.chain.resumeMining();
  const transactions = new Set<string>();
  for (const { orderHash } of orders) {
    const order = await waitForOrder(relayer.url, orderHash);
    expect(order.status).toBe("confirmed");
    transactions.add(order.transactionHash ?? "");
  }
  expect(transactions.size).toBeLessThan(orders.length);
});

test("tells why an accepted order failed, and the others of its batch run", async () => {
  const [doomed, other] = [await grant(), await grant()];
  await world.chain.pauseMining();
  const late = await doomed.createOrder({ nonce: 0 });
  const good = await other.createOrder({ nonce: 0 });
  for (const { body } of [late, good]) expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(202);
  for (const { orderHash } of [late, good]) {
    await waitForOrder(relayer.url, orderHash, ({ status }) => status === "submitted");
  }
  // The revocation pays more, so it goes first.
  const mined = world.callAsAccount(account, encodeRevoke(doomed.session), { isUrgent: true });
  await world.chain.waitForPending(world.chain.accounts.owner.account.address);
  await world.chain.resumeMining();
  await mined;
  const failed = await waitForOrder(relayer.url, late.orderHash);
  expect(failed).toMatchObject({ status: "failed", reason: { name: "SessionNotActive" } });
  expect((await waitForOrder(relayer.url, good.orderHash)).status).toBe("confirmed");
  expect((await world.countRuns()).get(late.orderHash)).toBeUndefined();
});

test("simulates an order and keeps nothing of it", async () => {
  const session = await grant();
  const { orderHash, body } = await session.createOrder({ nonce: 0 });
  const answer = await post(`${relayer.url}/v1/orders/simulate`, body);
  expect(answer).toMatchObject({ status: 200, json: { ok: true } });
  expect((await request(`${relayer.url}/v1/orders/${orderHash}`)).status).toBe(404);
  expect(await waitForSession(relayer.url, session.sessionId)).toMatchObject({ nextNonce: 0 });
  expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(202);
});

test("serves the SDK's client from granting to the last unit of budget", async () => {
  const session = await grant();
  const client = createClient(session);
  const { target, data } = session.createCall(10n);
  expect(await client.getInfo()).toMatchObject({ chainId: world.chain.chainId, manager: world.manager });
  expect((await client.simulateOrder({ calls: [{ target, data }] })).gasUsed).toBeGreaterThan(0n);
  const submitted = await client.submitOrder({ calls: [{ target, data }] });
  expect(await client.waitForOrder(submitted.orderHash, { pollIntervalMs: 100 })).toMatchObject({
    status: "confirmed",
  });
  await waitForSession(relayer.url, session.sessionId, ({ nextNonce }) => nextNonce === 1);
  const state = await client.getSession();
  expect(state).toMatchObject({ status: "active", nextNonce: 1, session: session.session });
  const [remaining] = state.remaining;
  expect(remaining).toMatchObject({ reserved: 0n, remaining: (remaining?.amount ?? 0n) - 10n });
  expect(state.lastUsedAt).toBeGreaterThanOrEqual(session.session.validAfter);
});

test("tells where a session stands, and the sessions of its account", async () => {
  const session = await grant();
  const state = await waitForSession(relayer.url, session.sessionId);
  expect(state).toMatchObject({
    sessionId: session.sessionId,
    status: "active",
    session: toSessionJson(session.session),
    scopes: session.scopes.map(toScopeJson),
    nextNonce: 0,
  });
  expect(state.lastUsedAt).toBeUndefined();
  const block = await world.chain.client.getBlock({ blockNumber: BigInt(state.block.number) });
  expect(state.block.hash).toBe(block.hash);
  const { json } = await request(`${relayer.url}/v1/accounts/${account.toLowerCase()}/sessions`);
  const { sessions } = json as { sessions: unknown[] };
  expect(sessions.map((entry) => parseSession(entry).sessionId)).toContain(session.sessionId);
  const nobody = await request(`${relayer.url}/v1/accounts/${recipient}/sessions`);
  expect(nobody).toMatchObject({ status: 200, json: { sessions: [] } });
});

test("believes what a session says only if it hashes to its id", async () => {
  const [granted, other] = [await world.draft(account), await world.draft(account)];
  const url = `${relayer.url}/v1/sessions/${granted.sessionId}`;
  const body = { session: toSessionJson(granted.session), scopes: granted.scopes.map(toScopeJson) };
  const wrongs: unknown[] = [
    { ...body, session: toSessionJson(other.session) },
    { ...body, session: { ...body.session, maxOrders: 99_999 } },
    { ...body, scopes: [...body.scopes, ...body.scopes] },
    { ...body, scopes: body.scopes.map((scope) => ({ ...scope, rules: [] })) },
  ];
  for (const wrong of wrongs) {
    expect(parseProblem(await put(url, wrong, granted.key))).toMatchObject({
      status: 422,
      code: "session-content-mismatch",
    });
  }
  const malformed: unknown[] = [{}, { ...body, session: { ...body.session, limits: 1 } }, { ...body, scopes: [] }];
  for (const wrong of malformed) {
    expect(parseProblem(await put(url, wrong, granted.key))).toMatchObject({ status: 400, code: "body-invalid" });
  }
  expect((await request(url)).status).toBe(404);
  const answer = await put(url, body, granted.key);
  expect(answer.status).toBe(200);
  // Known, but the chain has no grant of it.
  expect(parseSession(answer.json)).toMatchObject({ sessionId: granted.sessionId, status: "none" });
  const order = await granted.createOrder({ nonce: 0 });
  expect(parseProblem(await post(`${relayer.url}/v1/orders`, order.body))).toMatchObject({
    status: 409,
    code: "session-not-granted",
  });
  expect((await put(url, body, granted.key)).status).toBe(200);
});

test("serves a session whose grant it was told of before the chain was", async () => {
  const session = await world.draft(account);
  await createClient(session).putSession(session);
  await world.callAsAccount(account, encodeGrant(session));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  const { orderHash, body } = await session.createOrder({ nonce: 0 });
  expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(202);
  expect((await waitForOrder(relayer.url, orderHash)).status).toBe("confirmed");
});

test("lists what happened on chain, newest first", async () => {
  const owned = await world.createAccount();
  const session = await world.grant(owned);
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  const { orderHash, body } = await session.createOrder({ nonce: 0 });
  await post(`${relayer.url}/v1/orders`, body);
  await waitForOrder(relayer.url, orderHash);
  await world.callAsAccount(owned, encodePause(owned));
  await world.callAsAccount(owned, encodeUnpause());
  await world.callAsAccount(owned, encodeRevoke(session.session));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "revoked");
  const list = async () => (await createClient(session).getEventsOfAccount(owned)).map(({ name }) => name);
  // As soon as they have their numbers.
  await expect
    .poll(list)
    .toEqual(["SessionRevoked", "AccountUnpaused", "AccountPaused", "OrderExecuted", "SessionGranted"]);
  const events = await createClient(session).getEventsOfAccount(owned);
  expect(events.map(({ data }) => data["account"])).toEqual(events.map(() => owned));
  expect(events[3]?.data).toMatchObject({ sessionId: session.sessionId, orderHash, nonce: 0 });
  const block = await world.chain.client.getBlock({ blockNumber: BigInt(Number(events[3]?.data["blockNumber"])) });
  expect(events[3]?.data).toMatchObject({ blockHash: block.hash, timestamp: Number(block.timestamp) });
  const newest = await createClient(session).getEventsOfAccount(owned, { limit: 2 });
  expect(newest).toEqual(events.slice(0, 2));

  // The stream resumes after any of them, and brings each of the rest once, oldest first.
  const [, , , , first] = events;
  const url = `${relayer.url}/v1/events?account=${owned}`;
  const resumed = await readStream(url, ({ length }) => length >= 4, { lastEventId: first?.id ?? "" });
  expect(resumed.map(({ id }) => id)).toEqual(
    events
      .slice(0, 4)
      .map(({ id }) => id)
      .toReversed(),
  );
  expect(resumed[0]).toMatchObject({ event: "OrderExecuted", data: { orderHash } });
});

test("streams what happens as it happens, and only what was asked for", async () => {
  const [mine, other] = [await grant(), await grant()];
  const url = `${relayer.url}/v1/events?sessionId=${mine.sessionId}`;
  const listExecuted = (events: readonly StreamedEvent[]) => events.filter(({ event }) => event === "OrderExecuted");
  const seen = await readStream(url, (events) => listExecuted(events).length >= 2, {
    async onOpen() {
      for (const session of [other, mine, other, mine]) {
        const { nextNonce: nonce } = await waitForSession(relayer.url, session.sessionId);
        const { orderHash, body } = await session.createOrder({ nonce });
        expect((await post(`${relayer.url}/v1/orders`, body)).status).toBe(202);
        await waitForOrder(relayer.url, orderHash);
      }
    },
  });
  expect(listExecuted(seen).map(({ data }) => data["nonce"])).toEqual([0, 1]);
  // Its grant may have got its number only when the stream was open.
  expect(seen.filter(({ data }) => data["sessionId"] !== mine.sessionId)).toEqual([]);
});

test("streams to the SDK's client", async () => {
  const session = await grant();
  const stop = new AbortController();
  const events: RelayerEvent[] = [];
  const client = createClient(session);
  const { target, data } = session.createCall(1n);
  const lastEventId = await waitUntil({
    what: "the number of the grant",
    timeoutMs: 20_000,
    intervalMs: 50,
    async probe() {
      const all = await client.getEventsOfAccount(account);
      return all.find(({ name, data: { sessionId } }) => name === "SessionGranted" && sessionId === session.sessionId)
        ?.id;
    },
  });
  const reading = (async () => {
    for await (const event of client.streamEvents({ sessionId: session.sessionId, lastEventId, signal: stop.signal })) {
      events.push(event);
      if (events.filter(({ name }) => name === "OrderExecuted").length === 2) stop.abort();
    }
  })();
  for (let count = 0; count < 2; count += 1) {
    const { orderHash } = await client.submitOrder({ calls: [{ target, data }] });
    await client.waitForOrder(orderHash, { pollIntervalMs: 100 });
  }
  await reading;
  const executed = events.filter(({ name }) => name === "OrderExecuted");
  expect(executed.map(({ data: { nonce } }) => nonce)).toEqual([0, 1]);
  // The client signs, so it is told of orders in flight too.
  const changes = events.filter(({ name }) => name === "OrderChanged");
  expect(changes.map(({ data: { status } }) => status).slice(0, 2)).toEqual(["accepted", "submitted"]);
});

test("refuses to resume a stream after what is no event", async () => {
  const headers = { "last-event-id": "yesterday" };
  const problem = parseProblem(await request(`${relayer.url}/v1/events`, { headers }));
  expect(problem).toMatchObject({ status: 400, code: "body-invalid" });
});
