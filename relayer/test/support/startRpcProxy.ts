import { once } from "node:events";
import { Agent, createServer, request, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** Stands between relayer and node, counts methods, and may answer in the node's place. */
export type RpcProxy = {
  url: string;
  /** Calls so far, by method: one of a JSON-RPC batch counts like one alone. */
  counts: ReadonlyMap<string, number>;
  getTotal: () => number;
  /** Answers instead of the node, where it returns something. */
  setIntercept: (intercept: Intercept | undefined) => void;
  /** Milliseconds before a request is passed on. */
  setDelay: (delayMs: number) => void;
  stop: () => Promise<void>;
};

export type RpcCall = { id: unknown; method: string; params: readonly unknown[] };
/** `result` may be made from what the node answers. */
export type Intercept = (call: RpcCall) => { result: (real: unknown) => unknown } | { error: object } | undefined;

const callSchema = z.object({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()).default([]) });
const answerSchema = z.object({ id: z.unknown(), result: z.unknown().optional() });

export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const counts = new Map<string, number>();
  let intercept: Intercept | undefined;
  let delayMs = 0;

  function forward(body: Buffer): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": body.length };
      const outgoing = request({ hostname, port: targetPort, method: "POST", path: "/", agent, headers }, (answer) => {
        read(answer).then((answered) => resolve({ status: answer.statusCode ?? 502, body: answered }), reject);
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  async function handle(body: Buffer): Promise<{ status: number; body: Buffer }> {
    const parsed: unknown = JSON.parse(body.toString());
    const calls = (Array.isArray(parsed) ? parsed : [parsed]).map((call) => callSchema.parse(call));
    for (const { method } of calls) counts.set(method, (counts.get(method) ?? 0) + 1);
    if (delayMs > 0) await sleep(delayMs);
    const taken = new Map(calls.map((call) => [call.id, intercept?.(call)]));
    if (![...taken.values()].some((answer) => answer !== undefined)) return forward(body);
    const real = await forward(body);
    const answers: unknown = JSON.parse(real.body.toString());
    const changed = (Array.isArray(answers) ? answers : [answers]).map((answer: unknown) => {
      const { id, result } = answerSchema.parse(answer);
      const own = taken.get(id);
      if (own === undefined) return answer;
      return "error" in own
        ? { jsonrpc: "2.0", id, error: own.error }
        : { jsonrpc: "2.0", id, result: own.result(result) };
    });
    return { status: 200, body: Buffer.from(JSON.stringify(Array.isArray(answers) ? changed : changed[0])) };
  }

  const server = createServer((incoming, outgoing) => {
    read(incoming)
      .then(handle)
      .then(
        ({ status, body }) => outgoing.writeHead(status, { "content-type": "application/json" }).end(body),
        () => outgoing.destroy(),
      );
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    counts,
    getTotal: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    setIntercept(next) {
      intercept = next;
    },
    setDelay(next) {
      delayMs = next;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, "close");
    },
  };
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
