import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "viem";
import { parseOrder, post, request, waitForOrder, waitForSession } from "../support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "../support/createWorld.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "../support/runRelayer.ts";

/** Whether the long form of these tests was asked for: `npm run test:faults`. */
export const isLong = process.env["MODE"] === "faults";

export type FaultRun = {
  world: World;
  /** `undefined` where an instance is dead. */
  relayers: (RelayerProcess | undefined)[];
  start: (index: number, changes?: RelayerEnv) => Promise<void>;
  /** Submits orders of every session to instances in turn, until the returned function is called. */
  load: () => () => Promise<void>;
  /**
   * What is not as it must be of the orders that were acknowledged: one that has no final state, whose state is not what
   * the chain says, or that ran twice.
   */
  findFaults: () => Promise<string[]>;
  countAcknowledged: () => number;
  stop: () => Promise<void>;
};

const sessionCount = 6;
const paid = 2n;

/** A chain that mines every second, `instances` relayers with `env`, and bots that never give up. */
export async function createFaultRun({
  env: changes = {},
  instances = 1,
  hotWallets = [],
  getRpcUrl = (world) => world.chain.url,
}: {
  env?: RelayerEnv;
  instances?: number;
  /** Private keys beside the chain's relayer's. */
  hotWallets?: readonly Hex[];
  getRpcUrl?: (world: World) => Promise<string> | string;
} = {}): Promise<FaultRun> {
  const world = await createWorld();
  const keys = [world.chain.accounts.relayer.privateKey, ...hotWallets];
  const sessions: GrantedSession[] = [];
  for (let count = 0; count < sessionCount; count += 1) {
    sessions.push(await world.grant(await world.createAccount()));
  }
  const settings = {
    RPC_URL: await getRpcUrl(world),
    HOT_WALLET_PRIVATE_KEY: keys.join(","),
    REPLACE_AFTER_MS: "4000",
    RPC_TIMEOUT_MS: "5000",
    REQUESTS_PER_MINUTE: "10000000",
    ...changes,
  };
  const env = await world.createEnv(settings, { isEmbedded: true });
  const relayers: (RelayerProcess | undefined)[] = Array.from({ length: instances });
  const acknowledged = new Map<string, string>();
  const refused: string[] = [];

  const start: FaultRun["start"] = async (index, more = {}) => {
    relayers[index] = await startRelayer({ ...env, ...more });
  };
  for (let index = 0; index < instances; index += 1) await start(index);
  for (const { sessionId } of sessions) {
    for (const relayer of relayers) {
      await waitForSession(relayer?.url ?? "", sessionId, ({ status }) => status === "active");
    }
  }
  await world.chain.mineEverySecond();
  const nonces = sessions.map(() => 0);
  let turn = 0;

  const getUrl = (): string | undefined => {
    const alive = relayers.filter((relayer) => relayer !== undefined);
    turn += 1;
    return alive[turn % Math.max(1, alive.length)]?.url;
  };

  /** Until it is acknowledged, refused for good, or the load ends. */
  async function submit(session: GrantedSession, nonce: number, isOver: () => boolean): Promise<void> {
    const { orderHash, body } = await session.createOrder({ nonce, amount: paid });
    while (!isOver()) {
      const url = getUrl();
      const answer = url === undefined ? undefined : await post(`${url}/v1/orders`, body).catch(() => undefined);
      if (answer?.status === 202 || answer?.status === 200) {
        acknowledged.set(orderHash, parseOrder(answer.json).orderHash);
        return;
      }
      const problem = answer?.json as { retryable?: boolean } | undefined;
      if (problem?.retryable === false) {
        refused.push(`${orderHash}: ${JSON.stringify(problem)}`);
        return;
      }
      await sleep(150);
    }
  }

  return {
    world,
    relayers,
    start,
    load() {
      const over = new AbortController();
      const isOver = (): boolean => over.signal.aborted;
      const bots = sessions.map(async (session, index) => {
        while (!isOver()) {
          const nonce = nonces[index] ?? 0;
          await submit(session, nonce, isOver);
          nonces[index] = nonce + 1;
          await sleep(60);
        }
      });
      return async () => {
        over.abort();
        await Promise.all(bots);
      };
    },
    countAcknowledged: () => acknowledged.size,
    async findFaults() {
      const url = getUrl() ?? "";
      const faults = [...refused];
      const states = new Map<string, string>();
      for (const orderHash of acknowledged.keys()) {
        const { status } = await request(`${url}/v1/orders/${orderHash}`);
        if (status !== 200) faults.push(`${orderHash} was acknowledged and is forgotten: ${status}`);
        else {
          const order = await waitForOrder(url, orderHash, undefined, 90_000).catch((error: unknown) => String(error));
          if (typeof order === "string") faults.push(`${orderHash}: ${order}`);
          else states.set(orderHash, order.status);
        }
      }
      const runs = await world.countRuns();
      for (const [orderHash, status] of states) {
        const count = runs.get(orderHash as Hex) ?? 0;
        if (count !== (status === "confirmed" ? 1 : 0)) faults.push(`${orderHash} is ${status} and ran ${count} times`);
      }
      for (const [orderHash, count] of runs) if (count > 1) faults.push(`${orderHash} ran ${count} times`);
      const balance = await world.balanceOf(recipient);
      if (balance !== paid * BigInt(runs.size)) faults.push(`${balance} was paid by ${runs.size} orders`);
      return faults;
    },
    async stop() {
      for (const relayer of relayers) await relayer?.kill();
      await world.stop();
    },
  };
}
