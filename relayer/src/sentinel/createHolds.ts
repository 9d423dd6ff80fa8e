import type { Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import { listHolds } from "../db/sentinelRows.ts";

export type Holds = ReturnType<typeof createHolds>;

/** Which sessions are held, as of the last look at the database: an instance knows of another's holds within a second. */
export function createHolds({ db, config: { chainId } }: { db: Kysely<Database>; config: { chainId: number } }) {
  let known = new Map<string, number>();

  return {
    /** When the session's hold ends, in milliseconds since the Unix epoch; nothing if it is not held. */
    find(sessionId: string, now: number): number | undefined {
      const endsAt = known.get(sessionId);
      return endsAt !== undefined && endsAt > now ? endsAt : undefined;
    },

    /** What this instance has stored, or found ended, itself. */
    set(sessionId: string, endsAt: number): void {
      known.set(sessionId, endsAt);
    },
    forget(sessionId: string): void {
      known.delete(sessionId);
    },

    /** Looks again. Returns sessions whose holds somebody has ended before their time. */
    async refresh(): Promise<string[]> {
      const before = known;
      const holds = await listHolds(db, chainId);
      known = new Map(holds.map(({ sessionId, endsAt }) => [sessionId, endsAt]));
      const now = Date.now();
      return [...before].flatMap(([sessionId, endsAt]) => (endsAt > now && !known.has(sessionId) ? [sessionId] : []));
    },
  };
}
