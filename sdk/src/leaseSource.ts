import type { IssuedLease } from "./relayerResponses.ts";

/** Leases for orders, each used for the first half of its time. */
export type LeaseSource = { get: () => Promise<IssuedLease> };

/** Asks `issue` for a lease when there is none, or the last one has lived half of its time by this machine's clock. */
export function createLeaseSource(issue: () => Promise<IssuedLease>): LeaseSource {
  let last: { lease: Promise<IssuedLease>; until: number } | undefined;
  return {
    async get() {
      if (last !== undefined && performance.now() < last.until) return last.lease;
      const lease = issue();
      const entry = { lease, until: Infinity };
      last = entry;
      try {
        const { issuedAt, expiresAt } = await lease;
        // Of the clock only the pace counts: the chain's may say something else.
        entry.until = performance.now() + 500 * (expiresAt - issuedAt);
        return await lease;
      } catch (error) {
        if (last === entry) last = undefined;
        throw error;
      }
    },
  };
}
