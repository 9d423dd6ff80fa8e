import { getScopeProof, hashScope, packScope, packSession } from "@latchkey/sdk";
import { startPostgres, type TestPostgres } from "../../test/support/startPostgres.ts";
import { createBenchWorld, toPrivateKey } from "../createBenchWorld.ts";
import { load, toWarmingCount } from "../load.ts";
import { probeNode } from "../probeNode.ts";
import { readUsage } from "../readUsage.ts";
import type { BenchResult } from "../runBench.ts";
import { checkFailed, relayerService, sendClosedLoop, sendOpenLoop } from "../sendOrders.ts";
import { round, toAckFigures, toNodeFigures, toOpenFigures } from "../toFigures.ts";
import { getBlockNumber, toMined } from "../watchBlocks.ts";
import { watchMined } from "../watchMined.ts";
import { startFloor, type FloorProcess } from "./startFloor.ts";

export type FloorOptions = { orders: number; accounts: number; onProgress: (text: string) => void };

/** Of `BenchResult`, what the floor has too. */
export type FloorResult = ReturnType<typeof toAckFigures> &
  ReturnType<typeof toOpenFigures> &
  ReturnType<typeof toNodeFigures> &
  Pick<BenchResult, "cpuMsPerOrder" | "minedOverCeiling" | "minedPerSecond">;

const { walletCount, concurrency, openRate, openSeconds } = load;

/** The same run as `runBench`, of a server that does nothing but what an answer needs, on a chain and a Postgres of its own. */
export async function runFloorBench({ orders, accounts, onProgress }: FloorOptions): Promise<FloorResult> {
  const world = await createBenchWorld({ accountCount: accounts, walletCount });
  let postgres: TestPostgres | undefined;
  let floor: FloorProcess | undefined;
  try {
    postgres = await startPostgres();
    floor = await startFloor({
      rpcUrl: world.chain.url,
      databaseUrl: await postgres.createDatabase({ isLocal: true }),
      chainId: world.chain.chainId,
      manager: world.manager,
      keys: world.hotWallets.map(toPrivateKey),
      sessions: world.sessions.map(({ sessionId, session, scopes: [scope] }) => {
        if (scope === undefined) throw new Error("A session has no scope");
        const proven = { packed: packScope(scope), proof: getScopeProof([scope], hashScope(scope)) };
        return { sessionId, packedSession: packSession(session), scope: proven };
      }),
    });
    onProgress("signing orders for the floor");
    const warming = await world.signOrders(toWarmingCount(accounts));
    const burst = await world.signOrders(orders);
    const openOrders = await world.signOrders(openRate * openSeconds);
    await world.chain.mineEverySecond();
    const from = await getBlockNumber(world.chain.client);
    const to = { urls: [floor.url], service: relayerService };
    checkFailed(await sendClosedLoop({ ...to, orders: warming, concurrency }));
    await watchMined(world, from + 1, warming);

    onProgress(`the floor of a burst of ${orders} orders`);
    const burstFrom = await getBlockNumber(world.chain.client);
    const cpuBefore = readUsage(floor.pid).cpuMs;
    const sending = await sendClosedLoop({ ...to, orders: burst, concurrency });
    checkFailed(sending);
    const cpuMs = readUsage(floor.pid).cpuMs - cpuBefore;
    const blocks = await watchMined(world, burstFrom + 1, burst);
    const startedAt = Number((await world.chain.client.getBlock({ blockNumber: BigInt(burstFrom) })).timestamp);
    const mined = toMined(blocks, startedAt);

    onProgress(`the floor of ${openRate} orders a second`);
    const opening = sendOpenLoop({ ...to, orders: openOrders, rate: openRate });
    const nodeWaits = await probeNode({ ...world.chain, token: world.token }, opening);
    const open = await opening;
    checkFailed(open);
    return {
      ...toAckFigures(sending),
      ...toOpenFigures(open),
      ...toNodeFigures(nodeWaits),
      cpuMsPerOrder: round(cpuMs / orders, 2),
      minedOverCeiling: round(mined.overCeiling, 3),
      minedPerSecond: Math.round(mined.perSecond),
    };
  } finally {
    await floor?.kill();
    await postgres?.stop();
    await world.stop();
  }
}
