import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { post, request, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

const valueSchema = z.looseObject({
  stringValue: z.string().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
});
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  status: z.object({ code: z.number(), message: z.string().optional() }).optional(),
  attributes: z.array(z.object({ key: z.string(), value: valueSchema })),
});
const exportSchema = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
});
type Span = z.infer<typeof spanSchema>;

let world: World;
let session: GrantedSession;
let relayer: RelayerProcess;
let collector: Server;
let collectorUrl: string;
const spans: Span[] = [];
let exported = "";

beforeAll(async () => {
  // What an OpenTelemetry collector does with OTLP over HTTP: takes it.
  collector = createServer((incoming, response) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    incoming.on("end", () => {
      if (incoming.url === "/v1/traces") {
        exported += body;
        const { resourceSpans } = exportSchema.parse(JSON.parse(body));
        spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      }
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
  const address = collector.address();
  if (typeof address !== "object" || address === null) throw new Error("The collector has no port");
  collectorUrl = `http://127.0.0.1:${address.port}`;
  world = await createWorld();
  session = await world.grant(await world.createAccount());
  relayer = await startRelayer(await world.createEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl, TRACE_RATIO: "1" }));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.stop();
  collector?.close();
  await world?.stop();
});

test("traces an order through the stages of its admission, and says nothing of its content", async () => {
  const order = await session.createOrder({ nonce: 0 });
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  const find = (name: string) => spans.find((span) => span.name === name);
  const [server, ...stages] = await waitUntil({
    what: "the spans of the order",
    timeoutMs: 30_000,
    async probe() {
      const names = ["POST /v1/orders", "admission signature", "admission simulation", "admission store"];
      const found = names.map(find).filter((span) => span !== undefined);
      return found.length === names.length ? found : undefined;
    },
  });
  expect(stages.map(({ traceId }) => traceId)).toEqual(stages.map(() => server?.traceId));
  expect(stages.map(({ parentSpanId }) => parentSpanId)).toEqual(stages.map(() => server?.spanId));
  const status = server?.attributes.find(({ key }) => key === "http.response.status_code");
  expect(Number(status?.value.intValue)).toBe(202);
  expect(exported).not.toContain(order.body.signature.slice(2, 40));
  expect(exported).not.toContain(world.chain.accounts.relayer.privateKey.slice(2));
});

test("traces what the node is asked for an order, by method and nothing else", async () => {
  const order = await session.createOrder({ nonce: 1, amount: 0xabcdef123n });
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  const [asked, parent] = await waitUntil({
    what: "the span of the order's eth_call",
    timeoutMs: 30_000,
    async probe() {
      const servers = spans.filter(({ name }) => name === "POST /v1/orders");
      const call = spans.findLast(
        ({ name, traceId }) => name === "eth_call" && traceId === servers.at(1)?.traceId && servers.length === 2,
      );
      const stage = spans.find(({ spanId }) => spanId === call?.parentSpanId);
      return call && stage ? ([call, stage] as const) : undefined;
    },
  });
  expect(parent.name).toBe("admission simulation");
  // 3 is a client's span in OTLP.
  expect(asked.kind).toBe(3);
  expect(asked.attributes.map(({ key, value }) => [key, value.stringValue])).toEqual([
    ["rpc.system", "jsonrpc"],
    ["rpc.jsonrpc.version", "2.0"],
    ["rpc.method", "eth_call"],
  ]);
  expect(exported).not.toContain("abcdef123");
  expect(exported).not.toContain(new URL(world.chain.url).host);
  // Nobody asked for the newest block: it has no trace of its own.
  expect(spans.filter(({ name, parentSpanId }) => name.startsWith("eth_") && !parentSpanId)).toEqual([]);
});

test("says that the node did not answer, and not where it is", async () => {
  const silent = await startRelayer(
    await world.createEnv({
      OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
      TRACE_RATIO: "1",
      RPC_URL: "http://user:hidden-key@127.0.0.1:1/",
    }),
    { isReady: (status) => status === 503 },
  );
  try {
    await fetch(`${silent.url}/readyz`);
    const failed = await waitUntil({
      what: "the span of what failed",
      timeoutMs: 30_000,
      probe: async () => spans.find(({ name, status }) => name === "eth_getCode" && status?.code === 2),
    });
    expect(failed.status).toEqual({ code: 2 });
    expect(exported).not.toContain("hidden-key");
  } finally {
    await silent.stop();
  }
});

test("goes on with the trace of no stranger", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  await request(`${relayer.url}/v1/info`, { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
  await waitUntil({
    what: "the span of the request",
    timeoutMs: 30_000,
    probe: async () => spans.find(({ name }) => name === "GET /v1/info"),
  });
  expect(spans.filter((span) => span.traceId === traceId)).toEqual([]);
});
