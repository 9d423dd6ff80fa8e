import { setTimeout as sleep } from "node:timers/promises";
import { parseAbi, parseEventLogs } from "viem";
import { createDemoAccounts } from "../../../scripts/stack/demoAccounts.ts";
import type { BenchOrder } from "../createBenchWorld.ts";
import { readUsage } from "../readUsage.ts";
import { sendClosedLoop, sendOpenLoop, toPercentile, type Service } from "../sendOrders.ts";
import { sendTransfers } from "../sendTransfers.ts";
import { startCountingProxy, type CountingProxy } from "../startCountingProxy.ts";
import { toMined, watchBlocks, type MinedBlock } from "../watchBlocks.ts";
import { createAltoWorld, type AltoWorld } from "./createAltoWorld.ts";
import type { Installed } from "./installAlto.ts";
import { startAlto, type AltoProcess } from "./startAlto.ts";

export type AltoOptions = { orders: number; accounts: number; onProgress: (text: string) => void };

/** What `BenchResult` has, as far as Alto has it. */
export type AltoResult = {
  minedOverCeiling: number;
  minedOverRaw: number;
  ackP50Ms: number;
  ackP95Ms: number;
  ackP99Ms: number;
  openP50Ms: number;
  openP95Ms: number;
  openP99Ms: number;
  nodeCallsPerOrder: number;
  cpuMsPerOrder: number;
  peakRssMb: number;
  /** Of `killAcknowledged`, those that were never mined. */
  lost: number;
  killAcknowledged: number;
  minedPerSecond: number;
  ackPerSecond: number;
  rawPerSecond: number;
  gasPerOrder: number;
  blockSeconds: number;
  retries: number;
  /** Of the burst: not acknowledged, and acknowledged but not mined in time. */
  refused: number;
  unmined: number;
};

const walletCount = 10;
const concurrency = 32;
const openRate = 300;
const openSeconds = 10;
const transfersPerWallet = 600;
const killOperations = 1_500;
/** So long after the last block that had operations, none of a burst are waited for any more. */
const minedTimeoutMs = 120_000;

const eventAbi = parseAbi([
  "event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster, uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed)",
]);

/** Answers are JSON-RPC's. Alto says of no error whether it helps to come again; what may be its load's does. */
const altoService: Service = {
  path: "/",
  toVerdict: ({ status, text }) => {
    if (status === 200 && text.includes('"result":"0x')) return "taken";
    return status >= 500 || status === 0 || /mempool|timed? ?out|rate/i.test(text) ? { retryAfterMs: 0 } : "refused";
  },
};

/** The same run as `runBench`, of Alto in memory on a chain of its own. */
export async function runAltoBench(
  { cli, artifacts }: Installed,
  { orders, accounts, onProgress }: AltoOptions,
): Promise<AltoResult> {
  const operations = accounts + orders + openRate * openSeconds + killOperations;
  onProgress("creating accounts");
  const world = await createAltoWorld({
    artifacts,
    accountCount: accounts,
    operationsPerAccount: Math.ceil(operations / accounts),
    walletCount,
  });
  const { relayer } = createDemoAccounts();
  let proxy: CountingProxy | undefined;
  let alto: AltoProcess | undefined;
  try {
    proxy = await startCountingProxy(world.chain.url);
    const { entryPoint, executorKeys } = world;
    const start = (rpcUrl: string) =>
      startAlto({ cli, rpcUrl, entryPoint, executorKeys, utilityKey: relayer.privateKey });
    onProgress("starting Alto");
    alto = await start(proxy.url);
    onProgress("signing operations");
    const warming = await world.signOperations(accounts);
    const burst = await world.signOperations(orders);
    await world.chain.mineEverySecond();
    const from = await getBlockNumber(world);
    const warmed = await sendClosedLoop({ urls: [alto.url], service: altoService, orders: warming, concurrency });
    if (warmed.failed.length > 0) throw new Error(`Alto refused an operation: ${warmed.failed[0] ?? ""}`);
    const unwarmed = warming.length - countOrders(await watchMined(world, from + 1, warming, minedTimeoutMs));
    if (unwarmed > 0) throw new Error(`Alto left ${unwarmed} of ${warming.length} operations unmined`);

    onProgress(`burst of ${orders} operations`);
    const burstResult = await measureBurst(world, { alto, proxy }, burst);
    onProgress(`open loop of ${openRate} operations a second`);
    const openOrders = await world.signOperations(openRate * openSeconds);
    const open = await sendOpenLoop({ urls: [alto.url], service: altoService, orders: openOrders, rate: openRate });
    await watchMined(world, (await getBlockNumber(world)) - openSeconds, open.acknowledged, minedTimeoutMs);
    const { peakRssMb } = readUsage(alto.pid);
    onProgress("raw transfers");
    const rawPerSecond = await sendTransfers(world, transfersPerWallet);
    onProgress("kill -9");
    const { acknowledged, started } = await kill(world, alto, () => start(proxy?.url ?? world.chain.url));
    alto = started;
    const after = await watchMined(world, acknowledged.from + 1, acknowledged.orders, minedTimeoutMs / 2);
    const mined = new Set(after.flatMap((block) => block.orders));
    return {
      ...burstResult,
      minedOverRaw: round(burstResult.minedPerSecond / rawPerSecond, 3),
      openP50Ms: toPercentile(open.latenciesMs, 0.5),
      openP95Ms: toPercentile(open.latenciesMs, 0.95),
      openP99Ms: toPercentile(open.latenciesMs, 0.99),
      peakRssMb: Math.round(peakRssMb),
      rawPerSecond: Math.round(rawPerSecond),
      lost: acknowledged.orders.filter(({ orderHash }) => !mined.has(orderHash)).length,
      killAcknowledged: acknowledged.orders.length,
    };
  } finally {
    await alto?.kill();
    await proxy?.stop();
    await world.stop();
  }
}

async function measureBurst(
  world: AltoWorld,
  { alto, proxy }: { alto: AltoProcess; proxy: CountingProxy },
  burst: readonly BenchOrder[],
) {
  const callsBefore = sum(await proxy.readCounts());
  const cpuBefore = readUsage(alto.pid).cpuMs;
  const from = await getBlockNumber(world);
  const sending = await sendClosedLoop({ urls: [alto.url], service: altoService, orders: burst, concurrency });
  const blocks = await watchMined(world, from + 1, sending.acknowledged, minedTimeoutMs);
  const startedAt = Number((await world.chain.client.getBlock({ blockNumber: BigInt(from) })).timestamp);
  const mined = toMined(blocks, startedAt);
  const count = countOrders(blocks);
  const calls = sum(await proxy.readCounts()) - callsBefore;
  return {
    minedOverCeiling: round(mined.overCeiling, 3),
    ackP50Ms: toPercentile(sending.latenciesMs, 0.5),
    ackP95Ms: toPercentile(sending.latenciesMs, 0.95),
    ackP99Ms: toPercentile(sending.latenciesMs, 0.99),
    nodeCallsPerOrder: round(calls / count, 3),
    cpuMsPerOrder: round((readUsage(alto.pid).cpuMs - cpuBefore) / count, 2),
    minedPerSecond: Math.round(mined.perSecond),
    ackPerSecond: Math.round((1000 * sending.acknowledged.length) / sending.durationMs),
    gasPerOrder: Math.round(mined.gasPerOrder),
    blockSeconds: round(mined.blockSeconds, 2),
    retries: sending.retries,
    refused: sending.failed.length,
    unmined: sending.acknowledged.length - count,
  };
}

/** Kills Alto with `kill -9` in the middle of a burst and starts it again. */
async function kill(world: AltoWorld, alto: AltoProcess, start: () => Promise<AltoProcess>) {
  const orders = await world.signOperations(killOperations);
  const from = await getBlockNumber(world);
  const killed = new AbortController();
  let killing: Promise<void> | undefined;
  const sending = await sendClosedLoop({
    urls: [alto.url],
    service: altoService,
    orders,
    concurrency,
    signal: killed.signal,
    onOrder: (index) => {
      if (index !== Math.floor(killOperations / 2)) return;
      killed.abort();
      killing = alto.kill();
    },
  });
  await killing;
  const started = await start();
  await sleep(2_000);
  return { acknowledged: { from, orders: sending.acknowledged }, started };
}

function watchMined(
  world: AltoWorld,
  from: number,
  orders: readonly BenchOrder[],
  timeoutMs: number,
): Promise<MinedBlock[]> {
  const { client } = world.chain;
  return watchBlocks({
    client,
    from,
    expected: new Set(orders.map(({ orderHash }) => orderHash)),
    timeoutMs,
    async readOrders(blockHash) {
      const logs = await client.getLogs({ address: world.entryPoint, blockHash });
      return parseEventLogs({ abi: eventAbi, logs }).map(({ args }) => args.userOpHash);
    },
  });
}

async function getBlockNumber({ chain }: AltoWorld): Promise<number> {
  return Number(await chain.client.getBlockNumber({ cacheTime: 0 }));
}

const countOrders = (blocks: readonly MinedBlock[]): number =>
  blocks.reduce((count, { orders }) => count + orders.length, 0);

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((all, count) => all + count, 0);

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
