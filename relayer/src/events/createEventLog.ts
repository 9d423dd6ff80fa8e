import type { Kysely } from "kysely";
import { getLastNumber, isWanted, listEntries, type Entry, type EntryFilter } from "../db/entryRows.ts";
import type { Database } from "../db/schema.ts";

export type EventLog = ReturnType<typeof createEventLog>;

/** Entries that are kept for readers who are up to date, so that many of them cost one question. */
const keptMax = 2_000;
const pageSize = 200;

/** The sealed entries of the audit log, for those who follow them: one order of events, the same on every instance. */
export function createEventLog({ db, config: { chainId } }: { db: Kysely<Database>; config: { chainId: number } }) {
  const listeners = new Set<() => void>();
  /** All entries after `keptAfter`, as far as they have been read. */
  let kept: Entry[] = [];
  let keptAfter: number | undefined;

  const getRead = (after: number): number => kept.at(-1)?.number ?? after;

  return {
    getLastNumber: (): Promise<number> => getLastNumber(db, chainId),

    /** Calls `listener` whenever there is more to read; returns how to stop. */
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** Looks for what any instance has sealed. Costs nothing while nobody listens. */
    async poll(): Promise<void> {
      if (listeners.size === 0) {
        [kept, keptAfter] = [[], undefined];
        return;
      }
      // Listeners may have read before this, and not up to here.
      const isFirst = keptAfter === undefined;
      keptAfter ??= await getLastNumber(db, chainId);
      const after = getRead(keptAfter);
      const entries = await listEntries(db, { chainId, after, filter: { hasOrders: true }, limit: keptMax });
      if (entries.length === 0 && !isFirst) return;
      kept = [...kept, ...entries];
      keptAfter = kept.at(-keptMax - 1)?.number ?? keptAfter;
      kept = kept.slice(-keptMax);
      for (const listener of listeners) listener();
    },

    /** The next wanted entries after `after`, and up to which number there are no others; `isMore` if there may be more. */
    async read(after: number, filter: EntryFilter): Promise<{ entries: Entry[]; upTo: number; isMore: boolean }> {
      if (keptAfter !== undefined && after >= keptAfter) {
        const entries = kept.filter((entry) => entry.number > after && isWanted(entry, filter));
        return { entries, upTo: Math.max(after, getRead(keptAfter)), isMore: false };
      }
      // Before the entries are read: all up to it are there.
      const last = await getLastNumber(db, chainId);
      const entries = await listEntries(db, { chainId, after, filter, limit: pageSize });
      const isMore = entries.length === pageSize;
      const read = entries.at(-1)?.number ?? after;
      return { entries, upTo: isMore ? read : Math.max(read, last), isMore };
    },
  };
}
