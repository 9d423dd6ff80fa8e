import { encodeRevoke } from "@latchkey/sdk";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { readStream } from "./support/readStream.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

type Received = { path: string; id: string; timestamp: string; signature: string; body: string };

let world: World;
let account: Address;
let receiver: Server;
let receiverUrl: string;
const received: Received[] = [];
/** How often each path answers 500 before it answers 200. */
const failing = new Map<string, number>();

beforeAll(async () => {
  world = await createWorld();
  account = await world.createAccount();
  receiver = createServer((incoming, response) => {
    const path = incoming.url ?? "";
    let body = "";
    incoming.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    incoming.on("end", () => {
      const header = (name: string) => String(incoming.headers[name]);
      received.push({
        path,
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body,
      });
      const left = failing.get(path) ?? 0;
      failing.set(path, left - 1);
      response.writeHead(path === "/gone" ? 410 : left > 0 ? 500 : 200, { location: "/elsewhere" }).end();
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  if (typeof address !== "object" || address === null) throw new Error("The receiver has no port");
  receiverUrl = `http://127.0.0.1:${address.port}`;
});

afterAll(async () => {
  receiver?.close();
  await world?.stop();
});

const owner = (): RequestSigner => world.chain.accounts.owner.account;

const createdSchema = z.object({ id: z.string(), secret: z.string().startsWith("whsec_"), isActive: z.boolean() });
const listSchema = z.object({
  webhooks: z.array(
    z.object({ id: z.string(), isActive: z.boolean(), failures: z.number(), lastStatus: z.string().optional() }),
  ),
});
const payloadSchema = z.object({
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: z.looseObject({ id: z.string(), orderHash: z.string().optional() }),
});

const toType = ({ body }: Received): string => payloadSchema.parse(JSON.parse(body)).type;
const toStatuses = (messages: readonly Received[]) =>
  messages.flatMap(({ body }) => {
    const { type, data } = payloadSchema.parse(JSON.parse(body));
    return type === "OrderChanged" ? [String(data["status"])] : [];
  });

function waitForReceived(path: string, isEnough: (messages: readonly Received[]) => boolean): Promise<Received[]> {
  return waitUntil({
    what: `messages to ${path}`,
    timeoutMs: 60_000,
    intervalMs: 100,
    async probe() {
      const messages = received.filter((message) => message.path === path);
      return isEnough(messages) ? messages : undefined;
    },
  });
}

/** As any receiver checks the signature by the Standard Webhooks specification. */
function isSigned({ id, timestamp, signature, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  return signature === `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

const setting: RelayerEnv = { AUTH_SECRET: `0x${"5e".repeat(32)}`, WEBHOOK_NETWORKS: "127.0.0.0/8" };

describe.each([
  ["PGlite", false],
  ["Postgres", true],
])("on %s", (name, isPostgres) => {
  let postgres: TestPostgres | undefined;
  let relayer: RelayerProcess;
  let env: RelayerEnv;
  let session: GrantedSession;

  beforeAll(async () => {
    if (isPostgres && !hasPostgres) return;
    if (isPostgres) postgres = await startPostgres();
    session = await world.grant(account);
    const database = postgres && { DATABASE_URL: await postgres.createDatabase() };
    env = await world.createEnv({ ...setting, ...database }, { isEmbedded: !isPostgres });
    relayer = await startRelayer(env);
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  });

  afterAll(async () => {
    await relayer?.stop();
    await postgres?.stop();
  });

  const register = async (signer: RequestSigner, body: object) =>
    requestAs(signer, `${relayer.url}/v1/webhooks`, { method: "POST", body });

  test.skipIf(isPostgres && !hasPostgres)(
    "sends signed and dated events to key and owner, again until they are taken, also after a restart",
    async () => {
      const [ofKey, ofOwner] = [`/${name}-key`, `/${name}-owner`];
      failing.set(ofKey, 1);
      const key = await register(session.key, {
        url: receiverUrl + ofKey,
        account,
        sessionId: session.sessionId,
      });
      expect(key.status).toBe(201);
      expect(key.headers.get("cache-control")).toBe("no-store");
      const { secret } = createdSchema.parse(key.json);
      expect((await register(owner(), { url: receiverUrl + ofOwner, account })).status).toBe(201);

      const order = await session.createOrder({ nonce: 0 });
      expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
      await waitForOrder(relayer.url, order.orderHash);
      const hasExecuted = (all: readonly Received[]) => all.some((message) => toType(message) === "OrderExecuted");
      const messages = await waitForReceived(ofKey, hasExecuted);
      const [first] = messages;
      const again = await waitForReceived(ofKey, (all) => all.filter(({ id }) => id === first?.id).length === 2).then(
        (all) => all.findLast(({ id }) => id === first?.id),
      );
      // The same event under the same id, dated anew.
      expect(again?.id).toBe(first?.id);
      expect(again?.body).toBe(first?.body);
      expect(messages.every((message) => isSigned(message, secret))).toBe(true);
      expect(isSigned({ ...(first as Received), body: "{}" }, secret)).toBe(false);
      const executed = messages.find((message) => toType(message) === "OrderExecuted");
      const payload = payloadSchema.parse(JSON.parse(executed?.body ?? ""));
      expect(payload).toMatchObject({ type: "OrderExecuted", data: { orderHash: order.orderHash, account } });
      // What becomes of the order is told too, under the numbers that the stream has.
      const changes = await waitForReceived(ofOwner, (all) => toStatuses(all).includes("confirmed"));
      expect(toStatuses(changes).toSorted()).toEqual(["accepted", "confirmed", "submitted"]);
      const stream = await readStream(
        `${relayer.url}/v1/events?orderHash=${order.orderHash}`,
        (events) => events.some(({ data }) => data["status"] === "confirmed"),
        { lastEventId: "0" },
      );
      const toId = ({ body }: Received) => payloadSchema.parse(JSON.parse(body)).data.id;
      const ofOrder = changes.filter(({ body }) => body.includes(order.orderHash));
      expect(ofOrder.map(toId).toSorted()).toEqual(stream.map(({ id }) => id).toSorted());

      await relayer.stop();
      await world.callAsAccount(account, encodeRevoke(session.session));
      relayer = await startRelayer(env);
      await waitForReceived(ofOwner, (all) => all.some((message) => toType(message) === "SessionRevoked"));
      const all = received.filter(({ path }) => path === ofOwner).map(({ id }) => id);
      expect(new Set(all).size).toBe(all.length);
    },
  );
});

test("tell what a reorg took back while the relayer was away, once", async () => {
  const session = await world.grant(account);
  const env = await world.createEnv(setting);
  let relayer = await startRelayer(env);
  try {
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
    const body = { url: `${receiverUrl}/reorg`, account, sessionId: session.sessionId };
    await requestAs(session.key, `${relayer.url}/v1/webhooks`, { method: "POST", body });
    const order = await session.createOrder({ nonce: 0 });
    await post(`${relayer.url}/v1/orders`, order.body);
    await waitForOrder(relayer.url, order.orderHash);
    await waitForReceived("/reorg", (all) => toStatuses(all).includes("confirmed"));
    await relayer.kill();
    await world.chain.pauseMining();
    await world.chain.reorganise(1);
    await world.chain.mineEverySecond();
    relayer = await startRelayer(env);
    // What was under way when the relayer was killed may come twice, under the same id.
    const once = (all: readonly Received[]) => [...new Map(all.map((message) => [message.id, message])).values()];
    const ofType = (all: readonly Received[], type: string) =>
      once(all)
        .filter((message) => toType(message) === type)
        .map((message) => payloadSchema.parse(JSON.parse(message.body)).data);
    const messages = await waitForReceived(
      "/reorg",
      (all) => ofType(all, "EventUndone").length > 0 && ofType(all, "OrderExecuted").length === 2,
    );
    const executed = ofType(messages, "OrderExecuted").map(({ id }) => Number(id));
    expect(ofType(messages, "EventUndone")).toMatchObject([
      { undoneId: String(Math.min(...executed)), orderHash: order.orderHash },
    ]);
  } finally {
    await world.chain.resumeMining();
    await relayer.stop();
  }
});

test("reach a receiver at once while another one takes its time, however much that one has to get", async () => {
  // It never answers, and has more to get than there are deliveries at once.
  let [underWay, mostUnderWay] = [0, 0];
  const slow = createServer((incoming) => {
    incoming.resume();
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    incoming.socket.once("close", () => {
      underWay -= 1;
    });
  });
  slow.listen(0, "127.0.0.1");
  await once(slow, "listening");
  const address = slow.address();
  if (typeof address !== "object" || address === null) throw new Error("The receiver has no port");
  const session = await world.grant(account);
  const relayer = await startRelayer(await world.createEnv(setting));
  try {
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
    const of = { account, sessionId: session.sessionId };
    const register = (url: string) =>
      requestAs(session.key, `${relayer.url}/v1/webhooks`, { method: "POST", body: { ...of, url } });
    for (let index = 0; index < 15; index += 1) await register(`http://127.0.0.1:${address.port}/${index}`);
    const first = await session.createOrder({ nonce: 0 });
    await post(`${relayer.url}/v1/orders`, first.body);
    await waitForOrder(relayer.url, first.orderHash);
    await waitUntil({
      what: "the slow receiver to be busy",
      timeoutMs: 30_000,
      probe: async () => (mostUnderWay >= 4 ? true : undefined),
    });
    expect((await register(`${receiverUrl}/beside`)).status).toBe(201);
    const second = await session.createOrder({ nonce: 1 });
    await post(`${relayer.url}/v1/orders`, second.body);
    await waitForReceived("/beside", (all) =>
      all.some(({ body }) => body.includes(second.orderHash) && body.includes('"confirmed"')),
    );
    expect(mostUnderWay).toBe(4);
  } finally {
    await relayer.stop();
    slow.closeAllConnections();
    slow.close();
  }
});

describe("whose webhooks", () => {
  let relayer: RelayerProcess;
  let session: GrantedSession;
  const stranger = privateKeyToAccount(generatePrivateKey());

  beforeAll(async () => {
    session = await world.grant(account);
    relayer = await startRelayer(await world.createEnv(setting));
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  });
  afterAll(() => relayer?.stop());

  const url = () => `${relayer.url}/v1/webhooks`;
  const toBody = (path = "/mine") => ({ url: receiverUrl + path, account, sessionId: session.sessionId });

  test("are those of the session's key and the account's owner, and of nobody else", async () => {
    expect(parseProblem(await post(url(), toBody())).code).toBe("authentication-required");
    const send = (signer: RequestSigner, body: object) => requestAs(signer, url(), { method: "POST", body });
    expect(parseProblem(await send(stranger, toBody())).code).toBe("not-a-party");
    // The key may follow its own session, not the whole account.
    expect(parseProblem(await send(session.key, { url: receiverUrl, account })).code).toBe("not-a-party");
    const created = await send(session.key, toBody());
    const { id } = createdSchema.parse(created.json);
    const query = `${url()}?account=${account}`;
    expect(parseProblem(await requestAs(stranger, query)).code).toBe("not-a-party");
    expect(parseProblem(await request(query)).code).toBe("authentication-required");
    const { json } = await requestAs(owner(), query);
    expect(listSchema.parse(json).webhooks.map((webhook) => webhook.id)).toEqual([id]);
    expect(JSON.stringify(json)).not.toContain("whsec_");
    const target = `${url()}/${id}`;
    expect(parseProblem(await requestAs(stranger, target, { method: "DELETE" })).code).toBe("not-a-party");
    expect((await requestAs(owner(), target, { method: "DELETE" })).status).toBe(204);
    expect(parseProblem(await requestAs(owner(), target, { method: "DELETE" })).code).toBe("not-found");
  });

  test.each(["https://169.254.169.254/", "http://receiver.example/", "https://10.0.0.1/"])(
    "may not go to %s",
    async (target) => {
      const body = { ...toBody(), url: target };
      const answer = await requestAs(session.key, url(), { method: "POST", body });
      expect(parseProblem(answer)).toMatchObject({ status: 422, code: "webhook-refused" });
    },
  );

  test("end when the receiver says so, and are not followed elsewhere", async () => {
    const created = await requestAs(session.key, url(), { method: "POST", body: toBody("/gone") });
    expect(created.status).toBe(201);
    const order = await session.createOrder({ nonce: 0 });
    await post(`${relayer.url}/v1/orders`, order.body);
    await waitForReceived("/gone", ({ length }) => length >= 1);
    await expect
      .poll(
        async () => {
          const { json } = await requestAs(owner(), `${url()}?account=${account}`);
          return listSchema.parse(json).webhooks;
        },
        { timeout: 20_000 },
      )
      .toMatchObject([{ isActive: false, lastStatus: "410" }]);
    const next = await session.createOrder({ nonce: 1 });
    await post(`${relayer.url}/v1/orders`, next.body);
    await waitForOrder(relayer.url, next.orderHash);
    await sleep(2_000);
    const told = received.filter(({ path }) => path === "/gone").map(({ body }) => body);
    expect(told.filter((body) => body.includes(next.orderHash))).toEqual([]);
    expect(received.filter(({ path }) => path === "/elsewhere")).toEqual([]);
  });
});
