import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import type { BenchOrder } from "./createBenchWorld.ts";

export type Sending = {
  /** Milliseconds from when an order should have been sent to its acknowledgement, sorted. */
  latenciesMs: number[];
  acknowledged: BenchOrder[];
  /** Answers that asked to come again, such as for a full window of nonces. */
  retries: number;
  /** Orders that got no acknowledgement, with the reason. */
  failed: string[];
  durationMs: number;
};

/** What the service says to an order. */
export type Verdict = "taken" | "refused" | { retryAfterMs: number };

type Answer = { status: number; text: string; retryAfterMs: number };

/** Where orders are posted, and how its answers read. */
export type Service = { path: string; toVerdict: (answer: Answer) => Verdict };

const retryMs = 100;
const retriesMax = 120;
/** An order that may come again tomorrow is refused as far as this run goes. */
const retryAfterMaxMs = 10_000;

/** Latchkey's own. */
export const relayerService: Service = {
  path: "/v1/orders",
  toVerdict: ({ status, text, retryAfterMs }) => {
    if (status === 202 || status === 200) return "taken";
    return text.includes('"retryable":true') && retryAfterMs <= retryAfterMaxMs ? { retryAfterMs } : "refused";
  },
};

/** Posts over connections that are kept, at as little cost as can be: the client shares the processors with the service. */
function createSender(urls: readonly string[], { path }: Service, connections: number) {
  const pools = urls.map((url) => new Pool(url, { connections }));
  const headers = { "content-type": "application/json" };
  let turn = 0;

  function post(body: string): Promise<Answer> {
    const pool = pools[turn++ % pools.length];
    if (pool === undefined) throw new Error("There is a relayer");
    return new Promise((resolve, reject) => {
      const answer: Answer = { status: 0, text: "", retryAfterMs: 0 };
      pool.dispatch(
        { path, method: "POST", headers, body },
        {
          // undici asks for it.
          onRequestStart: () => undefined,
          onResponseStart(_controller, status, { "retry-after": retryAfter }) {
            answer.status = status;
            answer.retryAfterMs = 1_000 * Number(retryAfter ?? 0);
          },
          onResponseData(_controller, chunk) {
            answer.text += chunk.toString();
          },
          onResponseEnd: () => resolve(answer),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
  }

  return { post, stop: () => Promise.all(pools.map((pool) => pool.destroy())) };
}

type Options = {
  urls: readonly string[];
  service: Service;
  orders: readonly BenchOrder[];
  /** Ends the sending early: what is under way then is neither acknowledged nor failed. */
  signal?: AbortSignal;
  /** Called before each order with how many went before. */
  onOrder?: (index: number) => void;
};

async function send(
  sender: ReturnType<typeof createSender>,
  order: BenchOrder,
  sending: Sending,
  dueAt: number,
  { service, signal }: Pick<Options, "service" | "signal">,
): Promise<void> {
  let since = dueAt;
  for (let attempt = 0; ; attempt += 1) {
    const answer = await sender.post(order.body).catch((error: unknown) => ({
      status: 0,
      text: String(error),
      retryAfterMs: 0,
    }));
    const verdict = service.toVerdict(answer);
    if (verdict === "taken") {
      sending.latenciesMs.push(performance.now() - since);
      sending.acknowledged.push(order);
      return;
    }
    if (signal?.aborted === true) return;
    if (verdict === "refused" || attempt >= retriesMax) {
      sending.failed.push(`${answer.status} ${answer.text.slice(0, 300)}`);
      return;
    }
    sending.retries += 1;
    await sleep(Math.max(retryMs, verdict.retryAfterMs));
    since = performance.now();
  }
}

function toSorted(sending: Sending, startedAt: number): Sending {
  const latenciesMs = sending.latenciesMs.toSorted((a, b) => a - b);
  return { ...sending, latenciesMs, durationMs: performance.now() - startedAt };
}

const createSending = (): Sending => ({ latenciesMs: [], acknowledged: [], retries: 0, failed: [], durationMs: 0 });

/** Sends so many orders at a time, the next one when one is answered. */
export async function sendClosedLoop({ concurrency, ...options }: Options & { concurrency: number }): Promise<Sending> {
  const sender = createSender(options.urls, options.service, concurrency);
  const sending = createSending();
  const startedAt = performance.now();
  let next = 0;
  async function work(): Promise<void> {
    for (;;) {
      const index = next++;
      const order = options.orders[index];
      if (order === undefined || options.signal?.aborted === true) return;
      options.onOrder?.(index);
      await send(sender, order, sending, performance.now(), options);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  await sender.stop();
  return toSorted(sending, startedAt);
}

/** Sends orders in a closed loop and calls `kill` in the middle of them; returns those that were acknowledged until then. */
export async function sendAndKill({
  kill,
  ...options
}: Options & { concurrency: number; kill: () => Promise<void> }): Promise<BenchOrder[]> {
  const killed = new AbortController();
  let killing: Promise<void> | undefined;
  const { acknowledged } = await sendClosedLoop({
    ...options,
    signal: killed.signal,
    onOrder: (index) => {
      if (index !== Math.floor(options.orders.length / 2)) return;
      killed.abort();
      killing = kill();
    },
  });
  await killing;
  return acknowledged;
}

/** Sends so many orders a second, whether the ones before are answered or not. */
export async function sendOpenLoop({ rate, ...options }: Options & { rate: number }): Promise<Sending> {
  const sender = createSender(options.urls, options.service, 256);
  const sending = createSending();
  const startedAt = performance.now();
  const sent: Promise<void>[] = [];
  for (const [index, order] of options.orders.entries()) {
    const dueAt = startedAt + (index * 1000) / rate;
    const waitMs = dueAt - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    sent.push(send(sender, order, sending, dueAt, options));
  }
  await Promise.all(sent);
  await sender.stop();
  return toSorted(sending, startedAt);
}

/** The value below which `share` of the sorted values lie; 0 of none. */
export function toPercentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return Math.round(value * 10) / 10;
}

/** Throws unless every order was taken. */
export function checkFailed({ failed }: Sending): void {
  if (failed.length > 0) throw new Error(`${failed.length} orders were refused, the first with ${failed[0] ?? ""}`);
}
