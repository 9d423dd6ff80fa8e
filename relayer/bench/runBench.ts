import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { waitForSession } from "../test/support/api.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "../test/support/runRelayer.ts";
import { startPostgres, type TestPostgres } from "../test/support/startPostgres.ts";
import { storeOldOrders } from "../test/support/storeOldOrders.ts";
import { createBenchWorld, toPrivateKey, type BenchOrder, type BenchWorld } from "./createBenchWorld.ts";
import { findLosses } from "./findLosses.ts";
import { load, toWarmingCount } from "./load.ts";
import { probeNode } from "./probeNode.ts";
import { readStages, toStageMs } from "./readStages.ts";
import { readUsage } from "./readUsage.ts";
import { checkFailed, relayerService, sendAndKill, sendClosedLoop, sendOpenLoop } from "./sendOrders.ts";
import { sendTransfers } from "./sendTransfers.ts";
import { round, toAckFigures, toMinedFigures, toNodeFigures, toOpenFigures } from "./toFigures.ts";
import { getBlockNumber, toMined } from "./watchBlocks.ts";
import { watchMined } from "./watchMined.ts";

export type BenchOptions = {
  database: "postgres" | "pglite";
  instances: number;
  /** Of the burst. */
  orders: number;
  /** Each has one session. */
  accounts: number;
  /** Orders of long ago in the database; on Postgres only. */
  stored: number;
  onProgress: (text: string) => void;
};

/** Rates a second, latencies in milliseconds. */
export type BenchResult = {
  minedOverCeiling: number;
  minedOverRaw: number;
  ackP50Ms: number;
  ackP95Ms: number;
  ackP99Ms: number;
  openP50Ms: number;
  openP95Ms: number;
  openP99Ms: number;
  /** How long the node takes for a small call beside the open loop. */
  nodeP50Ms: number;
  nodeP95Ms: number;
  nodeP99Ms: number;
  nodeCallsPerOrder: number;
  cpuMsPerOrder: number;
  peakRssMb: number;
  /** Acknowledged and never executed, those around a `kill -9` included. */
  lost: number;
  executedTwice: number;
  minedPerSecond: number;
  ackPerSecond: number;
  rawPerSecond: number;
  gasPerOrder: number;
  blockSeconds: number;
  retries: number;
  nodeCalls: Record<string, number>;
  /** Mean milliseconds that each stage of admission took in the burst. */
  stageMs: Record<string, number>;
};

const { walletCount, concurrency, openRate, openSeconds, transfersPerWallet, killOrders } = load;

/** One run on a chain, a database and relayers of its own. Everything is on this machine, and ends with it. */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { database, instances, onProgress } = options;
  const world = await createBenchWorld({ accountCount: options.accounts, walletCount });
  let postgres: TestPostgres | undefined;
  const relayers: RelayerProcess[] = [];
  const heapMb = toHeapMb(options.accounts);
  try {
    postgres = database === "postgres" ? await startPostgres() : undefined;
    const databaseUrl = await postgres?.createDatabase({ isLocal: true });
    const env = await world.createEnv({
      HOT_WALLET_PRIVATE_KEY: world.hotWallets.map(toPrivateKey).join(","),
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
      REQUESTS_PER_MINUTE: "10000000",
      GAS_PER_ACCOUNT_AND_DAY: "1000000000000",
      BATCH_MAX_AGE_MS: "100",
      POLL_INTERVAL_MS: "100",
      LOG_LEVEL: "warn",
    });
    for (let count = 0; count < instances; count += 1) relayers.push(await startRelayer(env, { heapMb }));
    if (databaseUrl !== undefined && options.stored > 0) {
      onProgress(`storing ${options.stored} orders of long ago`);
      await storeOldOrders(databaseUrl, world.chain.chainId, options.stored);
    }
    onProgress("signing orders");
    const warming = await world.signOrders(toWarmingCount(options.accounts));
    const burst = await world.signOrders(options.orders);
    await world.chain.mineEverySecond();
    await warmUp(world, relayers, warming);
    return await measure({ ...options, world, relayers, env, heapMb, burst });
  } finally {
    for (const relayer of relayers) await relayer.kill();
    await postgres?.stop();
    await world.stop();
  }
}

type Run = BenchOptions & {
  world: BenchWorld;
  relayers: RelayerProcess[];
  env: RelayerEnv;
  heapMb: number;
  burst: readonly BenchOrder[];
};

/** As the guide sizes it. */
function toHeapMb(sessions: number): number {
  return sessions <= 2_000 ? 192 : 448;
}

async function measure(run: Run): Promise<BenchResult> {
  const { world, relayers, burst, onProgress } = run;
  const urls = relayers.map(({ url }) => url);
  onProgress(`burst of ${burst.length} orders`);
  const callsBefore = world.chain.getCalls();
  const cpuBefore = sumCpuMs(relayers);
  const stagesBefore = await readStages(urls);
  const from = await getBlockNumber(world.chain.client);
  const sending = await sendClosedLoop({ urls, service: relayerService, orders: burst, concurrency });
  checkFailed(sending);
  await waitUntilFinal(urls, burst);
  const cpuMs = sumCpuMs(relayers) - cpuBefore;
  const stageMs = toStageMs(stagesBefore, await readStages(urls));
  const nodeCalls = Object.fromEntries(
    [...world.chain.getCalls()].map(([method, count]) => [method, count - (callsBefore.get(method) ?? 0)]),
  );
  // Afterwards, since reading them takes time of the node and of this process.
  const blocks = await watchMined(world, from + 1, burst);
  const startedAt = Number((await world.chain.client.getBlock({ blockNumber: BigInt(from) })).timestamp);
  const mined = toMined(blocks, startedAt);

  onProgress(`open loop of ${openRate} orders a second`);
  const openOrders = await world.signOrders(openRate * openSeconds);
  const opening = sendOpenLoop({ urls, service: relayerService, orders: openOrders, rate: openRate });
  const nodeWaits = await probeNode({ ...world.chain, token: world.token }, opening);
  const open = await opening;
  checkFailed(open);
  await watchMined(world, from + 1, openOrders);
  const peakRssMb = Math.max(...relayers.map(({ pid }) => readUsage(pid).peakRssMb));

  onProgress("raw transfers");
  const rawPerSecond = await sendTransfers(world, transfersPerWallet);

  onProgress("kill -9");
  const losses = await killAndCount(run, [...burst, ...openOrders]);
  const calls = Object.values(nodeCalls).reduce((sum, count) => sum + count, 0);
  return {
    ...toMinedFigures(mined, rawPerSecond),
    ...toAckFigures(sending),
    ...toOpenFigures(open),
    ...toNodeFigures(nodeWaits),
    nodeCallsPerOrder: round(calls / burst.length, 3),
    cpuMsPerOrder: round(cpuMs / burst.length, 2),
    peakRssMb: Math.round(peakRssMb),
    ...losses,
    nodeCalls,
    stageMs,
  };
}

async function warmUp(world: BenchWorld, relayers: readonly RelayerProcess[], orders: readonly BenchOrder[]) {
  for (const { url } of relayers) {
    for (const { sessionId } of world.sessions)
      await waitForSession(url, sessionId, ({ status }) => status === "active");
  }
  const urls = relayers.map(({ url }) => url);
  checkFailed(await sendClosedLoop({ urls, service: relayerService, orders, concurrency }));
  await waitUntilFinal(urls, orders);
}

/** Kills a relayer with `kill -9` in the middle of a burst and starts it again. */
async function killAndCount(run: Run, before: readonly BenchOrder[]): Promise<{ lost: number; executedTwice: number }> {
  const { world, relayers, env, heapMb } = run;
  const orders = await world.signOrders(killOrders);
  const [victim] = relayers;
  if (victim === undefined) throw new Error("There is a relayer");
  const urls = relayers.map(({ url }) => url);
  const acknowledged = await sendAndKill({
    urls,
    service: relayerService,
    orders,
    concurrency,
    kill: () => victim.kill(),
  });
  const again = await startRelayer(env, { heapMb });
  relayers[0] = again;
  await waitUntilFinal([again.url], acknowledged);
  await sleep(2_000);
  return findLosses(world, [...before, ...acknowledged]);
}

async function waitUntilFinal(urls: readonly string[], orders: readonly BenchOrder[]): Promise<void> {
  const [url] = urls;
  const waiting = new Set(orders.map(({ orderHash }) => orderHash));
  await waitUntil({
    what: `${orders.length} orders to be confirmed`,
    timeoutMs: 120_000,
    intervalMs: 500,
    async probe() {
      for (const hash of waiting) {
        const response = await fetch(`${url ?? ""}/v1/orders/${hash}`);
        const text = await response.text();
        if (!text.includes('"status":"confirmed"')) return undefined;
        waiting.delete(hash);
      }
      return true;
    },
  });
}

function sumCpuMs(relayers: readonly RelayerProcess[]): number {
  return relayers.reduce((sum, { pid }) => sum + readUsage(pid).cpuMs, 0);
}
