import type { Hex } from "viem";
import type { Config } from "../config.ts";
import { createBroadcast } from "./createBroadcast.ts";
import type { LaneDeps } from "./createLane.ts";
import { acquireLanes, holdLane, listAbandoned, releaseLanes, type Lane } from "./laneRows.ts";
import { createReconcile } from "./reconcile.ts";
import { dropTransactions, readRaw } from "./transactionRows.ts";

type Deps = Omit<LaneDeps, "wallet" | "config"> & {
  /** Whose keys this instance has. */
  wallets: readonly string[];
  config: LaneDeps["config"] & Pick<Config, "laneLeaseMs">;
};

/** Looked for at most this often, in milliseconds. */
const lookMs = 5_000;

/**
 * Hot wallets that have transactions under way, and that nobody works: their keys are in no configuration any more. Whoever
 * comes first follows their transactions and sends them again, for that takes no key. What is not mined in time nobody can
 * replace, so its orders go to other lanes: should it be mined after all, the contract's nonces let each order run once.
 */
export function createAbandonedLanes(deps: Deps) {
  const { db, instance, wallets, log, config } = deps;
  const { chainId } = config;
  const of = { chainId, instance };
  const broadcast = createBroadcast({ ...deps, readRaw: (hash) => readRaw(db, chainId, hash) });
  const lanesOf = new Map<string, ReturnType<typeof createReconcile>>();
  let lookedAt = -Infinity;

  async function follow(lane: Lane): Promise<void> {
    const { wallet } = lane;
    // Kept, since it remembers what has been missing for how long.
    const reconcile = lanesOf.get(wallet) ?? createReconcile({ ...deps, wallet: { address: wallet as Hex } });
    lanesOf.set(wallet, reconcile);
    const { open, nonceOnChain } = await reconcile({ isThorough: true });
    const unmined = open.filter(({ nonce }) => nonce >= nonceOnChain);
    const pending = unmined.filter(({ status }) => status === "pending");
    const late = new Set(pending.filter(({ age_ms }) => age_ms > config.replaceAfterMs).map(({ nonce }) => nonce));
    await broadcast.repeat(pending.filter(({ nonce }) => !late.has(nonce)));
    const hashes = unmined.filter(({ nonce }) => late.has(nonce)).map(({ hash }) => hash);
    if (hashes.length === 0) return;
    log.error({ lane: wallet, hashes }, "Transactions of a hot wallet without a key are given up, their orders wait");
    await db.transaction().execute(async (tx) => {
      await holdLane(tx, of, lane);
      await dropTransactions(tx, chainId, hashes);
    });
  }

  /** Does what there is to do, if it is time to. */
  return async function run(): Promise<void> {
    if (performance.now() - lookedAt < lookMs) return;
    lookedAt = performance.now();
    for (const { wallet } of await listAbandoned(db, chainId)) {
      if (wallets.includes(wallet)) continue;
      // Whoever has the key after all waits for a moment.
      const lanes = await acquireLanes(db, of, {
        wallets: [wallet],
        count: 1,
        leaseMs: config.laneLeaseMs,
        isKeyless: true,
      });
      try {
        for (const lane of lanes) await follow(lane);
      } finally {
        await releaseLanes(db, chainId, lanes);
      }
    }
  };
}
