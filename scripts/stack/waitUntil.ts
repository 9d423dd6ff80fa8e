import { setTimeout as sleep } from "node:timers/promises";

/** Asks `probe` until it answers something but `undefined`; what it throws counts as not yet, and is told at the end. */
export async function waitUntil<T>(options: {
  what: string;
  probe: () => Promise<T | undefined>;
  timeoutMs: number;
  intervalMs?: number;
  /** Ends the waiting early, by rejecting. */
  until?: Promise<never>;
}): Promise<T> {
  const { what, probe, timeoutMs, intervalMs = 200, until } = options;
  const end = Date.now() + timeoutMs;
  let lastError: unknown;
  const poll = async (): Promise<T> => {
    for (;;) {
      try {
        const answer = await probe();
        if (answer !== undefined) return answer;
      } catch (error) {
        lastError = error;
      }
      if (Date.now() >= end) {
        throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${what}`, { cause: lastError });
      }
      await sleep(intervalMs);
    }
  };
  return until ? Promise.race([poll(), until]) : poll();
}
