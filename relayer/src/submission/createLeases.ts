import type { Kysely } from "kysely";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import {
  acquireLanes,
  countInstances,
  insertLanes,
  releaseLanes,
  removeInstance,
  renewLanes,
  unclaimAbandoned,
  type Lane,
} from "./laneRows.ts";

type Deps = {
  db: Kysely<Database>;
  /** Names this process among all that ever ran. */
  instance: string;
  wallets: readonly string[];
  log: Log;
  config: Pick<Config, "chainId" | "laneLeaseMs">;
};

/**
 * The lanes that this instance works: its fair share of all, each leased until a time of the database's clock, renewed
 * three times a lease. A lease that could not be renewed in time is given up before another instance can have it.
 */
export function createLeases({ db, instance, wallets, log, config }: Deps) {
  const { chainId, laneLeaseMs: leaseMs } = config;
  const of = { chainId, instance };
  let held: Lane[] = [];
  /** By `performance.now()`, which no one sets back. */
  let heldUntil = 0;
  let renewAt = 0;
  let isKnown = false;

  function isHeld({ wallet, fence }: Lane): boolean {
    return performance.now() < heldUntil && held.some((lane) => lane.wallet === wallet && lane.fence === fence);
  }

  return {
    /** What this instance may work right now. */
    list: (): readonly Lane[] => (performance.now() < heldUntil ? held : []),
    isHeld,

    /** Renews and balances, if it is time to. */
    async run(): Promise<void> {
      const startedAt = performance.now();
      if (startedAt < renewAt) return;
      if (!isKnown) await insertLanes(db, chainId, wallets);
      isKnown = true;
      const share = Math.ceil(wallets.length / (await countInstances(db, of, leaseMs)));
      const before = held;
      held = await renewLanes(db, of, leaseMs);
      for (const lane of before) {
        if (!held.some(({ fence, wallet }) => fence === lane.fence && wallet === lane.wallet)) {
          log.warn({ lane: lane.wallet }, "The lease of a lane has run out");
        }
      }
      const surplus = held.slice(share);
      if (surplus.length > 0) {
        await releaseLanes(db, chainId, surplus);
        held = held.slice(0, share);
      }
      if (held.length < share) {
        const acquired = await acquireLanes(db, of, { wallets, count: share - held.length, leaseMs });
        held = [...held, ...acquired];
        for (const { wallet, fence } of acquired) log.info({ lane: wallet, fence }, "A lane is taken");
      }
      await unclaimAbandoned(db, chainId);
      // From before the first statement, so that it ends here before it ends in the database.
      heldUntil = startedAt + leaseMs;
      renewAt = startedAt + leaseMs / 3;
    },

    /** Gives everything back. */
    async stop(): Promise<void> {
      const lanes = held;
      held = [];
      await releaseLanes(db, chainId, lanes);
      await removeInstance(db, of);
    },
  };
}
