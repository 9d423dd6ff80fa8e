import { parseAbi, parseEventLogs } from "viem";
import { createDemoAccounts } from "../../../scripts/stack/demoAccounts.ts";
import type { BenchOrder } from "../createBenchWorld.ts";
import { load, toWarmingCount } from "../load.ts";
import { probeNode } from "../probeNode.ts";
import { readUsage } from "../readUsage.ts";
import type { BenchResult } from "../runBench.ts";
import { sendAndKill, sendClosedLoop, sendOpenLoop, type Service } from "../sendOrders.ts";
import { sendTransfers } from "../sendTransfers.ts";
import { round, toAckFigures, toMinedFigures, toNodeFigures, toOpenFigures } from "../toFigures.ts";
import { countOrders, getBlockNumber, toMined, watchBlocks, type MinedBlock } from "../watchBlocks.ts";
import { createAltoWorld, type AltoWorld } from "./createAltoWorld.ts";
import type { Installed } from "./installAlto.ts";
import { startAlto, type AltoProcess } from "./startAlto.ts";

export type AltoOptions = { orders: number; accounts: number; onProgress: (text: string) => void };

/** What the relayer's run has, as far as Alto has it. */
export type AltoResult = Omit<BenchResult, "executedTwice" | "nodeCalls" | "stageMs"> & {
  /** Operations that were acknowledged around the kill: `lost` is of these. */
  killAcknowledged: number;
  /** Of the burst: not acknowledged, and acknowledged but not mined in time. */
  refused: number;
  unmined: number;
  /** Of the open loop: not acknowledged. */
  openRefused: number;
};

const { walletCount, concurrency, openRate, openSeconds, transfersPerWallet, killOrders } = load;
/** So long after it has been sent, nothing of a burst is waited for any more. */
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
  const operations = toWarmingCount(accounts) + orders + openRate * openSeconds + killOrders;
  onProgress("creating accounts");
  const world = await createAltoWorld({
    artifacts,
    accountCount: accounts,
    operationsPerAccount: Math.ceil(operations / accounts),
    walletCount,
  });
  const { relayer } = createDemoAccounts();
  let alto: AltoProcess | undefined;
  try {
    const { entryPoint, executorKeys } = world;
    const { url: rpcUrl } = world.chain;
    const start = () => startAlto({ cli, rpcUrl, entryPoint, executorKeys, utilityKey: relayer.privateKey });
    onProgress("starting Alto");
    alto = await start();
    onProgress("signing operations");
    const warming = await world.signOperations(toWarmingCount(accounts));
    const burst = await world.signOperations(orders);
    await world.chain.mineEverySecond();
    const from = await getBlockNumber(world.chain.client);
    const warmed = await sendClosedLoop({ urls: [alto.url], service: altoService, orders: warming, concurrency });
    if (warmed.failed.length > 0) throw new Error(`Alto refused an operation: ${warmed.failed[0] ?? ""}`);
    const unwarmed = warming.length - countOrders(await watchMined(world, from + 1, warming, minedTimeoutMs));
    if (unwarmed > 0) throw new Error(`Alto left ${unwarmed} of ${warming.length} operations unmined`);

    onProgress(`burst of ${orders} operations`);
    const { mined, ...burstFigures } = await measureBurst(world, alto, burst);
    onProgress(`open loop of ${openRate} operations a second`);
    const openOrders = await world.signOperations(openRate * openSeconds);
    const openFrom = await getBlockNumber(world.chain.client);
    const opening = sendOpenLoop({ urls: [alto.url], service: altoService, orders: openOrders, rate: openRate });
    const nodeWaits = await probeNode({ ...world.chain, token: world.token }, opening);
    const open = await opening;
    await watchMined(world, openFrom + 1, open.acknowledged, minedTimeoutMs);
    const { peakRssMb } = readUsage(alto.pid);
    onProgress("raw transfers");
    const rawPerSecond = await sendTransfers(world, transfersPerWallet);
    onProgress("kill -9");
    const victim = alto;
    const killFrom = await getBlockNumber(world.chain.client);
    const acknowledged = await sendAndKill({
      urls: [victim.url],
      service: altoService,
      orders: await world.signOperations(killOrders),
      concurrency,
      kill: () => victim.kill(),
    });
    alto = await start();
    const after = await watchMined(world, killFrom + 1, acknowledged, minedTimeoutMs / 2);
    const run = new Set(after.flatMap((block) => block.orders));
    return {
      ...toMinedFigures(mined, rawPerSecond),
      ...burstFigures,
      ...toOpenFigures(open),
      ...toNodeFigures(nodeWaits),
      openRefused: open.failed.length,
      peakRssMb: Math.round(peakRssMb),
      lost: acknowledged.filter(({ orderHash }) => !run.has(orderHash)).length,
      killAcknowledged: acknowledged.length,
    };
  } finally {
    await alto?.kill();
    await world.stop();
  }
}

async function measureBurst(world: AltoWorld, alto: AltoProcess, burst: readonly BenchOrder[]) {
  const callsBefore = sum(world.chain.getCalls());
  const cpuBefore = readUsage(alto.pid).cpuMs;
  const from = await getBlockNumber(world.chain.client);
  const sending = await sendClosedLoop({ urls: [alto.url], service: altoService, orders: burst, concurrency });
  const blocks = await watchMined(world, from + 1, sending.acknowledged, minedTimeoutMs);
  const startedAt = Number((await world.chain.client.getBlock({ blockNumber: BigInt(from) })).timestamp);
  const count = countOrders(blocks);
  const calls = sum(world.chain.getCalls()) - callsBefore;
  return {
    mined: toMined(blocks, startedAt),
    ...toAckFigures(sending),
    nodeCallsPerOrder: round(calls / count, 3),
    cpuMsPerOrder: round((readUsage(alto.pid).cpuMs - cpuBefore) / count, 2),
    refused: sending.failed.length,
    unmined: sending.acknowledged.length - count,
  };
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

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((all, count) => all + count, 0);
