import type { createSealer } from "./audit/createSealer.ts";
import type { Indexer } from "./chain/createIndexer.ts";
import type { Rpc } from "./chain/createRpc.ts";
import { RpcError } from "./chain/rpcErrors.ts";
import type { Config } from "./config.ts";
import { isDatabaseDown } from "./db/isDatabaseDown.ts";
import type { OpenDatabase } from "./db/openDatabase.ts";
import { tendTables } from "./db/tendTables.ts";
import type { EventLog } from "./events/createEventLog.ts";
import type { createJobQueue } from "./jobs/createJobQueue.ts";
import { startCleaning } from "./jobs/startCleaning.ts";
import type { createApiPolicies } from "./limits/createApiPolicies.ts";
import type { Log } from "./log.ts";
import { runLoop } from "./runLoop.ts";
import type { createSentinel } from "./sentinel/createSentinel.ts";
import type { createSubmission } from "./submission/createSubmission.ts";
import type { createNotifier } from "./webhooks/createNotifier.ts";

const sealEveryMs = 200;
/** Old rows have time: first come orders. */
const cleaningDelayMs = 5_000;
const cleaningPauseMs = 60_000;
const notifyingPauseMs = 5_000;
const tendingPauseMs = 1_000;

type Deps = Pick<OpenDatabase, "db" | "kind"> & {
  rpc: Rpc;
  indexer: Indexer;
  submission: ReturnType<typeof createSubmission>;
  notifier: ReturnType<typeof createNotifier>;
  jobs: ReturnType<typeof createJobQueue>;
  apiPolicies: ReturnType<typeof createApiPolicies>;
  sentinel: ReturnType<typeof createSentinel>;
  eventLog: EventLog;
  seal: ReturnType<typeof createSealer>;
  log: Log;
  config: Config;
  /** By `performance.now()`. */
  startedAt: number;
  /** Told what the relayer cannot go on with. */
  onFatal: (error: Error) => void;
};

/** Everything that a relayer does again and again, each by itself: a failure of one holds up no other. */
export function startLoops(deps: Deps) {
  const { db, kind, rpc, indexer, submission, notifier, jobs, apiPolicies, sentinel, eventLog, seal } = deps;
  const { log, config, startedAt, onFatal } = deps;
  const reportFailure = createFailureLog(log);
  let isRightChain = false;
  const following = runLoop({
    job: async (signal) => {
      if (!isRightChain) {
        const chainId = await rpc.getChainId();
        if (chainId !== config.chainId) {
          onFatal(new Error(`The node at RPC_URL is of the chain ${chainId}, but CHAIN_ID is ${config.chainId}`));
          return config.pollIntervalMs;
        }
        isRightChain = true;
      }
      await indexer.poll(signal);
      reportFailure.recovered("chain");
      return config.pollIntervalMs;
    },
    onFailure: (error) => {
      // It may come back as another chain.
      isRightChain = false;
      reportFailure.failed("chain", error);
    },
    failurePauseMs: Math.max(config.pollIntervalMs, 1_000),
  });
  const submitting = runLoop({
    job: async (signal) => {
      const pauseMs = await submission.run(signal);
      reportFailure.recovered("submission");
      return pauseMs;
    },
    onFailure: (error) => reportFailure.failed("submission", error),
    failurePauseMs: Math.max(config.pollIntervalMs, 1_000),
  });
  const notifying = runLoop({
    job: async () => {
      const hasMore = await notifier.run();
      reportFailure.recovered("notifying");
      return hasMore ? 0 : notifyingPauseMs;
    },
    onFailure: (error) => reportFailure.failed("notifying", error),
    failurePauseMs: notifyingPauseMs,
  });
  let isCleaning = false;
  const cleaning = runLoop({
    job: async () => {
      if (!isCleaning && performance.now() - startedAt >= cleaningDelayMs) {
        await startCleaning({ db, boss: await jobs.get(), log, config });
        isCleaning = true;
      }
      return isCleaning ? cleaningPauseMs : cleaningDelayMs;
    },
    onFailure: (error) => reportFailure.failed("cleaning", error),
    failurePauseMs: cleaningPauseMs,
  });
  const tending = runLoop({
    job: async () => {
      const { counted, cleared } = await tendTables({ db, kind });
      if (counted.length > 0 || cleared.length > 0) log.debug({ counted, cleared }, "Tables were tended");
      reportFailure.recovered("tables");
      return tendingPauseMs;
    },
    onFailure: (error) => reportFailure.failed("tables", error),
    failurePauseMs: cleaningPauseMs,
  });
  const watching = runLoop({
    job: async () => {
      await apiPolicies.refresh();
      const pauseMs = await sentinel.refresh();
      reportFailure.recovered("sentinel");
      return pauseMs;
    },
    onFailure: (error) => reportFailure.failed("sentinel", error),
    failurePauseMs: 1_000,
  });
  const sealing = runLoop({
    job: async () => {
      const sealed = await seal();
      await eventLog.poll();
      if (sealed > 0) notifying.wake();
      reportFailure.recovered("audit log");
      return sealEveryMs;
    },
    onFailure: (error) => reportFailure.failed("audit log", error),
    failurePauseMs: 1_000,
  });

  return {
    wakeSubmission: (): void => submitting.wake(),
    /** Resolves when whatever is under way is over. */
    async stop(): Promise<void> {
      const loops = [following, submitting, cleaning, tending, notifying, sealing, watching];
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** Says once that something fails, and once that it works again. */
function createFailureLog(log: { warn: (fields: object, text: string) => void; info: (text: string) => void }) {
  const failing = new Set<string>();
  return {
    failed(what: string, error: unknown): void {
      // Faults of our own are always told.
      if (failing.has(what) && (error instanceof RpcError || isDatabaseDown(error))) return;
      failing.add(what);
      log.warn({ err: error }, `The ${what} fails`);
    },
    recovered(what: string): void {
      if (failing.delete(what)) log.info(`The ${what} works again`);
    },
  };
}
