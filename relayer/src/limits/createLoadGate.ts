import type { Gauge } from "prom-client";
import { ProblemError } from "../problem.ts";

export type LoadGate = ReturnType<typeof createLoadGate>;

type Deps = {
  /** Orders that are stored and wait for a transaction, counted no further than `max`. */
  countWaiting: (max: number) => Promise<number>;
  inFlight: Pick<Gauge, "set">;
  config: { admissionsMax: number; waitingOrdersMax: number };
};

/** The queue is counted at most this often: it is a bound against overload, not an exact one. */
const countEveryMs = 500;

/** Refuses work, in time to be retried elsewhere, instead of queueing it without bound. */
export function createLoadGate({ countWaiting, inFlight, config: { admissionsMax, waitingOrdersMax } }: Deps) {
  let running = 0;
  let waiting = 0;
  let countedAt = -Infinity;
  let counting: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    if (performance.now() - countedAt < countEveryMs) return;
    counting ??= countWaiting(waitingOrdersMax)
      .then((count) => {
        waiting = count;
        countedAt = performance.now();
      })
      .finally(() => {
        counting = undefined;
      });
    await counting;
  }

  return {
    /** Runs `work`, or throws `overloaded` if too much is under way already. */
    async run<T>(work: () => Promise<T>, { isStoring }: { isStoring: boolean }): Promise<T> {
      if (running >= admissionsMax) {
        throw new ProblemError("overloaded", `${running} orders are being checked, which is the most at once`);
      }
      running += 1;
      inFlight.set(running);
      try {
        if (isStoring) {
          await refresh();
          if (waiting >= waitingOrdersMax) {
            throw new ProblemError("overloaded", `${waiting} orders wait to be submitted, which is the most here`, {
              retryAfterSeconds: 5,
            });
          }
        }
        return await work();
      } finally {
        running -= 1;
        inFlight.set(running);
      }
    },
  };
}
