import type { Address } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { parseProblem, post, request, requestAs, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { readStream, type StreamedEvent } from "./support/readStream.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";
import { createHmacSigner, signKeyed } from "./support/signKeyed.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

let world: World;
let account: Address;

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
});
afterAll(() => world?.stop());

type Reader = Parameters<typeof readStream>[2];

const statuses = (events: readonly StreamedEvent[]) =>
  events.filter(({ event }) => event === "OrderChanged").map(({ data }) => data["status"]);
const names = (events: readonly StreamedEvent[]) => events.map(({ event }) => event);
const hasStatus = (status: string) => (events: readonly StreamedEvent[]) => statuses(events).includes(status);
const hasName = (name: string) => (events: readonly StreamedEvent[]) => names(events).includes(name);

async function submit(relayer: RelayerProcess, session: GrantedSession, nonce: number) {
  const order = await session.createOrder({ nonce });
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  return order;
}

describe("one instance on PGlite", () => {
  let env: RelayerEnv;
  let relayer: RelayerProcess;
  let session: GrantedSession;
  let startId: string;

  beforeAll(async () => {
    env = await world.createEnv({ AUTH_SECRET: `0x${"5e".repeat(32)}` }, { isEmbedded: true });
    relayer = await startRelayer(env);
    session = await world.grant(account);
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
    const [granted] = await read({ sessionId: session.sessionId }, hasName("SessionGranted"), { lastEventId: "0" });
    startId = granted?.id ?? "";
    await submit(relayer, session, 0).then(({ orderHash }) => waitForOrder(relayer.url, orderHash));
  });
  afterAll(() => relayer?.stop());

  const read = (
    query: Record<string, string>,
    isEnough: (events: readonly StreamedEvent[]) => boolean,
    reader?: Reader,
  ): Promise<StreamedEvent[]> =>
    readStream(`${relayer.url}/v1/events?${new URLSearchParams(query).toString()}`, isEnough, reader);

  test("tells the session's key, its owner and whoever names the order what becomes of an order", async () => {
    const ofKey = { lastEventId: startId, signer: session.key };
    const events = await read({ sessionId: session.sessionId }, hasStatus("confirmed"), ofKey);
    expect(statuses(events)).toEqual(["accepted", "submitted", "confirmed"]);
    const ofOwner = { lastEventId: startId, signer: world.chain.accounts.owner.account };
    const byOwner = await read({ account }, hasStatus("confirmed"), ofOwner);
    expect(byOwner).toEqual(events);
    const [changed] = events.filter(({ event }) => event === "OrderChanged");
    const orderHash = String(changed?.data["orderHash"]);
    const named = await read({ orderHash }, hasStatus("confirmed"), { lastEventId: startId });
    expect(named).toEqual(events);
    const ids = events.map(({ id }) => Number(id));
    expect(ids.toSorted((a, b) => a - b)).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("tells nobody else more than the chain does", async () => {
    const stranger = privateKeyToAccount(generatePrivateKey());
    for (const reader of [{}, { signer: stranger }]) {
      const isEnough = (events: readonly StreamedEvent[]) => hasName("OrderExecuted")(events);
      const ofSession = await read({ sessionId: session.sessionId }, isEnough, { lastEventId: startId, ...reader });
      expect(names(ofSession)).toEqual(["OrderExecuted"]);
      const ofAccount = await read({ account }, isEnough, { lastEventId: startId, ...reader });
      expect(names(ofAccount)).toEqual(["OrderExecuted"]);
    }
    // The key of one session is told nothing of the account's other orders.
    const ofAccount = await read({ account }, hasName("OrderExecuted"), { lastEventId: startId, signer: session.key });
    expect(names(ofAccount)).toEqual(["OrderExecuted"]);
  });

  test("ends a stream when the credential that opened it has died", async () => {
    const body = { sessionId: session.sessionId, lifetimeSeconds: 2 };
    const answer = await requestAs(session.key, `${relayer.url}/v1/credentials`, { method: "POST", body });
    const { keyId, secret } = z.object({ keyId: z.string(), secret: z.string() }).parse(answer.json);
    const url = `${relayer.url}/v1/events?sessionId=${session.sessionId}`;
    const headers = await signKeyed(createHmacSigner(keyId, Buffer.from(secret, "base64")), url);
    // It is the relayer that ends it: nothing here is ever enough.
    const events = await readStream(url, () => false, { lastEventId: startId, headers });
    expect(statuses(events)).toEqual(["accepted", "submitted", "confirmed"]);
  });

  test("tells who was away during a reorg, over a restart, what was undone and what came of it", async () => {
    const { orderHash } = await submit(relayer, session, 1);
    await waitForOrder(relayer.url, orderHash);
    const query = { sessionId: session.sessionId };
    const reader = { lastEventId: startId, signer: session.key };
    const before = await read(query, (events) => statuses(events).filter((each) => each === "confirmed").length === 2, {
      ...reader,
    });
    const executed = before.findLast(({ event }) => event === "OrderExecuted");
    const last = before.at(-1);
    await relayer.kill();
    await world.chain.pauseMining();
    await world.chain.reorganise(1);
    await world.chain.mineEverySecond();
    relayer = await startRelayer(env);
    const after = await read(query, hasStatus("confirmed"), { lastEventId: last?.id ?? "", signer: session.key });
    await world.chain.resumeMining();
    const undone = after.filter(({ event }) => event === "EventUndone");
    expect(undone.map(({ data }) => [data["undoneId"], data["undoneEvent"], data["orderHash"]])).toEqual([
      [executed?.id, "OrderExecuted", orderHash],
    ]);
    const changes = after.filter(({ event }) => event === "OrderChanged").map(({ data }) => data);
    expect(changes[0]).toMatchObject({ orderHash, status: "submitted", previousStatus: "confirmed" });
    expect(changes.at(-1)).toMatchObject({ orderHash, status: "confirmed" });
    // The public is told of the correction too, and of nothing else.
    const isDone = (events: readonly StreamedEvent[]) => names(events).at(-1) === "OrderExecuted";
    const seen = await read(query, isDone, { lastEventId: last?.id ?? "" });
    expect(names(seen)).toEqual(["EventUndone", "OrderExecuted"]);
  });

  test.each(["yesterday", "12-4", "999999999"])("refuses to resume after %s, which is no event", async (id) => {
    const problem = parseProblem(await request(`${relayer.url}/v1/events`, { headers: { "last-event-id": id } }));
    expect(problem).toMatchObject({ status: 400, code: "body-invalid" });
  });
});

describe.skipIf(!hasPostgres)("two instances on Postgres", () => {
  let postgres: TestPostgres;
  let relayers: RelayerProcess[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    const env = await world.createEnv({ DATABASE_URL: await postgres.createDatabase() });
    relayers = [await startRelayer(env), await startRelayer(env)];
  });
  afterAll(async () => {
    for (const relayer of relayers) await relayer.stop();
    await postgres?.stop();
  });

  test("number the same events in the same way, so that either one resumes the other's stream", async () => {
    const [one, other] = relayers;
    if (one === undefined || other === undefined) throw new Error("There are two");
    const session = await world.grant(account);
    await waitForSession(one.url, session.sessionId, ({ status }) => status === "active");
    const path = `/v1/events?sessionId=${session.sessionId}`;
    const { orderHash } = await submit(one, session, 0);
    await waitForOrder(other.url, orderHash);
    const reader = { lastEventId: "0", signer: session.key };
    const all = await readStream(one.url + path, hasStatus("confirmed"), reader);
    expect(await readStream(other.url + path, hasStatus("confirmed"), reader)).toEqual(all);
    const [first, ...rest] = all;
    const resumed = { lastEventId: first?.id ?? "", signer: session.key };
    expect(await readStream(other.url + path, hasStatus("confirmed"), resumed)).toEqual(rest);
    // While it is open: what the other instance takes is told at once.
    const live = await readStream(one.url + path, hasStatus("confirmed"), {
      signer: session.key,
      onOpen: async () => {
        await submit(other, session, 1);
      },
    });
    expect(statuses(live)).toEqual(["accepted", "submitted", "confirmed"]);
  });
});
