import type { Kysely } from "kysely";
import { listLiveControls } from "../db/controlRows.ts";
import type { Database } from "../db/schema.ts";
import { claimOrders } from "./claimOrders.ts";
import { createAbandonedLanes } from "./createAbandonedLanes.ts";
import { createLane, type LaneDeps, type LaneWorker } from "./createLane.ts";
import { createLeases } from "./createLeases.ts";
import { listOvertakings } from "./overtaking.ts";
import { LaneLostError } from "./laneRows.ts";
import { settleControls } from "./settleControls.ts";
import type { Wallet } from "./createWallet.ts";
import type { Config } from "../config.ts";

type Deps = Omit<LaneDeps, "wallet" | "config"> & {
  db: Kysely<Database>;
  wallets: readonly Wallet[];
  config: LaneDeps["config"] & Pick<Config, "laneLeaseMs">;
};

/**
 * Being woken more often than this, in milliseconds, would only ask the database in vain; and as long as an order may wait
 * for others, up to `fillMs`, for batches that are less full.
 */
const pauseMinMs = 40;
const fillMs = 100;
/** Calls that are no orders are looked for so often, in milliseconds, and so many at once. */
const controlsPauseMs = 250;
const controlsFailedPauseMs = 2_000;
const controlsAtOnce = 100;
/** Cancellations are looked for at most this often, in milliseconds. */
const overtakeEveryMs = 200;

/** Puts accepted orders into transactions of the lanes that this instance has, and follows those until they are mined. */
export function createSubmission(deps: Deps) {
  const { indexer, wallets, log, config } = deps;
  const leases = createLeases({ ...deps, wallets: wallets.map(({ address }) => address) });
  const followAbandoned = createAbandonedLanes({ ...deps, wallets: wallets.map(({ address }) => address) });
  const everyMs = Math.max(pauseMinMs, Math.min(fillMs, config.batch.ageMaxMs));
  let workers: LaneWorker[] = [];
  let ranAt = -Infinity;
  let controlsAt = 0;
  let overtookAt = -Infinity;
  indexer.subscribe(({ kind }) => {
    if (kind === "reorg") for (const worker of workers) worker.forget();
  });

  function updateWorkers(): void {
    const lanes = leases.list();
    workers = workers.filter(({ lane }) => leases.isHeld(lane));
    for (const lane of lanes) {
      if (workers.some((worker) => worker.lane.wallet === lane.wallet)) continue;
      const wallet = wallets.find(({ address }) => address === lane.wallet);
      if (wallet !== undefined) workers.push(createLane({ ...deps, wallet }, lane));
    }
  }

  /** What a lane does fails alone: the others go on. A lane that is lost is somebody else's work. */
  async function guard<T>({ lane }: LaneWorker, work: () => Promise<T>, failures: Error[]): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LaneLostError) log.warn({ lane: lane.wallet }, error.message);
      else failures.push(toError(error));
      return undefined;
    }
  }

  /** Cancellations that wait for a transaction of a lane of this instance. */
  async function overtake(failures: Error[]): Promise<void> {
    if (performance.now() - overtookAt < overtakeEveryMs) return;
    overtookAt = performance.now();
    const overtakings = await listOvertakings(
      deps.db,
      config.chainId,
      workers.map(({ lane }) => lane.wallet),
    );
    for (const worker of workers) {
      const own = overtakings.filter(({ wallet }) => wallet === worker.lane.wallet);
      if (own.length > 0) await guard(worker, () => worker.overtake(own), failures);
    }
  }

  function listRooms(): { wallet: string; room: number }[] {
    const open = new Set(leases.list().flatMap(({ wallet, mode }) => (mode === "open" ? [wallet] : [])));
    return workers.flatMap((worker) => {
      const room = open.has(worker.lane.wallet) ? worker.getRoom() : 0;
      return room > 0 ? [{ wallet: worker.lane.wallet, room }] : [];
    });
  }

  /** Before orders: what ends a session should not wait behind what it still does. */
  async function submitControls(): Promise<void> {
    if (performance.now() < controlsAt) return;
    controlsAt = performance.now() + controlsPauseMs;
    const failures: Error[] = [];
    const live = await listLiveControls(deps.db, config.chainId, controlsAtOnce);
    await settleControls(
      deps.db,
      live.filter(({ status }) => status === "submitted"),
    );
    for (const control of live) {
      if (control.status !== "waiting") continue;
      const [most] = listRooms().toSorted((a, b) => b.room - a.room);
      const worker = workers.find(({ lane }) => lane.wallet === most?.wallet);
      if (worker === undefined) break;
      await guard(worker, () => worker.submitControl(control), failures);
    }
    const [failure] = failures;
    if (failure === undefined) return;
    // Orders go on meanwhile: the place of the sentinel's key may be down, which is nothing to them.
    controlsAt = performance.now() + controlsFailedPauseMs;
    log.warn(
      { err: failure, failures: failures.length },
      "Calls that are no orders were not sent, and are tried again",
    );
  }

  /** Returns how long until the next batch is due, if that is known; 0 if there may be more at once. */
  async function submitBatches(failures: Error[]): Promise<number | undefined> {
    const lanes = listRooms();
    if (lanes.length === 0) return undefined;
    const { batches, waitMs } = await claimOrders(deps.pipeline, lanes, config);
    await Promise.all(
      workers.map((worker) =>
        guard(
          worker,
          async () => {
            // One after the other, for their nonces.
            for (const batch of batches) if (batch.wallet === worker.lane.wallet) await worker.submit(batch);
          },
          failures,
        ),
      ),
    );
    return batches.length > 0 ? 0 : waitMs;
  }

  return {
    /** Hot wallets that this instance works at the moment. */
    listLanes: (): readonly string[] => leases.list().map(({ wallet }) => wallet),

    /** Does what there is to do. Returns how long until there may be more, at most the polling interval. */
    async run(signal: AbortSignal): Promise<number> {
      const pauseMs = ranAt + everyMs - performance.now();
      if (pauseMs > 0) return pauseMs;
      ranAt = performance.now();
      await leases.run();
      updateWorkers();
      if (indexer.getHead() === undefined) return config.pollIntervalMs;
      const failures: Error[] = [];
      await followAbandoned().catch((error: unknown) => failures.push(toError(error)));
      await Promise.all(workers.map((worker) => guard(worker, () => worker.follow(), failures)));
      if (!signal.aborted) await submitControls();
      await overtake(failures);
      const waitMs = signal.aborted ? undefined : await submitBatches(failures);
      const [failure] = failures;
      if (failure !== undefined) throw failure;
      return Math.min(config.pollIntervalMs, waitMs ?? config.pollIntervalMs);
    },

    /** Gives the lanes to the other instances. */
    stop: (): Promise<void> => leases.stop(),
  };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error("A lane failed", { cause: error });
}
