import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { z } from "zod";

/** Stands between relayers and node in a thread of its own, so that what the client does keeps no call waiting. */
export type CountingProxy = {
  url: string;
  /** Calls so far, by method: one of a JSON-RPC batch counts like one alone. */
  readCounts: () => Promise<ReadonlyMap<string, number>>;
  stop: () => Promise<void>;
};

const messageSchema = z.tuple([z.unknown()]);
const countsSchema = z.map(z.string(), z.number());

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const worker = new Worker(new URL("./countingProxy.worker.ts", import.meta.url), { workerData: target });
  const [url] = messageSchema.parse(await once(worker, "message"));
  return {
    url: z.url().parse(url),
    async readCounts() {
      worker.postMessage("counts", []);
      const [counts] = messageSchema.parse(await once(worker, "message"));
      return countsSchema.parse(counts);
    },
    async stop() {
      await worker.terminate();
    },
  };
}
