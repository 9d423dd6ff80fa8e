import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { z } from "zod";

/** Stands between relayers and node in a thread of its own, so that what the client does keeps no call waiting. */
export type CountingProxy = {
  url: string;
  /** Calls so far, by method: one of a JSON-RPC batch counts like one alone. */
  readCounts: () => Promise<ReadonlyMap<string, number>>;
  /** Milliseconds that the node took for each answer since this was asked before, sorted. */
  takeWaits: () => Promise<number[]>;
  stop: () => Promise<void>;
};

const messageSchema = z.tuple([z.unknown()]);
const countsSchema = z.map(z.string(), z.number());
const waitsSchema = z.array(z.number());

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const worker = new Worker(new URL("./countingProxy.worker.ts", import.meta.url), { workerData: target });
  const [url] = messageSchema.parse(await once(worker, "message"));

  async function ask(what: "counts" | "waits"): Promise<unknown> {
    worker.postMessage(what, []);
    const [answer] = messageSchema.parse(await once(worker, "message"));
    return answer;
  }

  return {
    url: z.url().parse(url),
    readCounts: async () => countsSchema.parse(await ask("counts")),
    takeWaits: async () => waitsSchema.parse(await ask("waits")).toSorted((a, b) => a - b),
    async stop() {
      await worker.terminate();
    },
  };
}
