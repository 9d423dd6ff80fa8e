import { LatchkeyError, RelayerProblemError } from "./errors.ts";

export type RetryPolicy = {
  /** Attempts in all. */
  attemptsMax: number;
  /** Before the second attempt; doubled before each further one. */
  delayBaseMs: number;
  /** Bound of every delay, also of those the relayer asks for. */
  delayMaxMs: number;
};

/** Tries again after errors that say it may help, ever more slowly and at random, and at most `attemptsMax` times. */
export async function retry<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isRetryable = error instanceof LatchkeyError && error.retryable;
      if (!isRetryable || count >= policy.attemptsMax || signal?.aborted === true) throw error;
      await sleep(toDelay(error, count, policy), signal);
    }
  }
}

/** How long to wait after failure number `count`: random, so that many bots don't return at once. */
export function toDelay(error: unknown, count: number, { delayBaseMs, delayMaxMs }: RetryPolicy): number {
  const ceiling = Math.min(delayMaxMs, delayBaseMs * 2 ** (count - 1));
  const asked = error instanceof RelayerProblemError ? (error.retryAfterMs ?? 0) : 0;
  return Math.min(delayMaxMs, Math.max(asked, ceiling * (0.5 + Math.random() / 2)));
}

/** Resolves after `delayMs`; rejects at once when `signal` aborts. */
export function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(toAbortError(signal));
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(toAbortError(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function toAbortError(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new LatchkeyError("Aborted", { cause: reason });
}
