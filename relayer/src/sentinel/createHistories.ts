import type { Kysely } from "kysely";
import { createBoundedMap } from "../createBoundedMap.ts";
import type { Database } from "../db/schema.ts";
import { getHistory, saveHistories } from "../db/sentinelRows.ts";
import { createHistory, parseHistory, toHistoryJson, type History } from "./history.ts";

const sessionsMax = 10_000;
const savedAtOnce = 200;

/**
 * Histories of session keys, in memory and written behind: a crash forgets the last seconds, and of several instances each
 * learns from what it sees and the last to write is read at the next start. Good enough for a guess, and only used for one.
 */
export function createHistories({ db, config: { chainId } }: { db: Kysely<Database>; config: { chainId: number } }) {
  const entries = createBoundedMap<string, History>(sessionsMax);
  const loading = new Map<string, Promise<History>>();
  /** Changed since they were saved; held here too, so that none is forgotten before. */
  const changed = new Map<string, History>();

  function set(sessionId: string, history: History): History {
    entries.set(sessionId, history);
    return history;
  }

  return {
    /** Nothing if it must be loaded first. */
    find: (sessionId: string): History | undefined => entries.get(sessionId) ?? changed.get(sessionId),

    /** From the database; a new one if there is none. */
    load(sessionId: string): Promise<History> {
      const underWay = loading.get(sessionId);
      if (underWay !== undefined) return underWay;
      const load = getHistory(db, chainId, sessionId)
        // What was reset meanwhile stays so.
        .then(
          (text) =>
            entries.get(sessionId) ??
            set(sessionId, text === undefined ? createHistory(Date.now()) : parseHistory(text)),
        )
        .finally(() => loading.delete(sessionId));
      loading.set(sessionId, load);
      return load;
    },

    /** To be called after a change. */
    touch(sessionId: string, history: History): void {
      changed.set(sessionId, history);
    },

    /** Begins anew: what was unusual so far is nothing to be measured by any more. */
    reset(sessionId: string): void {
      changed.set(sessionId, set(sessionId, createHistory(Date.now())));
    },

    /** Saves what has changed. What could not be saved is tried again the next time. */
    async save(): Promise<void> {
      while (changed.size > 0) {
        const some = [...changed].slice(0, savedAtOnce);
        const rows = some.map(([session_id, history]) => ({ session_id, history: toHistoryJson(history) }));
        for (const [sessionId] of some) changed.delete(sessionId);
        try {
          await saveHistories(db, chainId, rows);
        } catch (error) {
          for (const [sessionId, history] of some) if (!changed.has(sessionId)) changed.set(sessionId, history);
          throw error;
        }
      }
    },
  };
}
