import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { createRecentSet } from "../createRecentSet.ts";
import { ProblemError } from "../problem.ts";

export type SessionLimit = ReturnType<typeof createSessionLimit>;

const ordersRemembered = 50_000;

/**
 * Orders a minute that each session key validly signed: counted after the signature, so strangers use up nobody's share.
 * Each instance counts for itself.
 */
export function createSessionLimit({ sessionOrdersPerMinute }: { sessionOrdersPerMinute: number }) {
  const limiter = new RateLimiterMemory({ points: sessionOrdersPerMinute, duration: 60 });
  const counted = createRecentSet<string>(ordersRemembered);
  return {
    /**
     * Counts an order, once. Throws `rate-limited` with the time after which there is room again.
     * @param ordersPerMinute Of the session's API policy, if it asks for less than this relayer takes.
     */
    async take(sessionId: string, orderHash: string, ordersPerMinute = sessionOrdersPerMinute): Promise<void> {
      // Whoever has seen an order can send it again, and must not use up the key's share by that.
      if (counted.has(orderHash)) return;
      const limit = Math.min(ordersPerMinute, sessionOrdersPerMinute);
      try {
        // An order of a session that may send fewer is worth more; rounded down, so that all of them fit.
        await limiter.consume(sessionId, Math.floor((1e6 * sessionOrdersPerMinute) / limit) / 1e6);
        counted.add(orderHash);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const resetSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        throw new ProblemError(
          "rate-limited",
          `The session ${sessionId} sent more than ${limit} orders in a minute; try again in ${resetSeconds} s`,
          {
            retryAfterSeconds: resetSeconds,
            rateLimit: { limit, remaining: 0, resetSeconds },
          },
        );
      }
    },
  };
}
