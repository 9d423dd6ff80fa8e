import { sql, type Kysely } from "kysely";
import type { OpenDatabase } from "./openDatabase.ts";
import type { Database } from "./schema.ts";

/** Names of tables whose rows were counted, and of those that what is dead was removed from. */
export type Tended = { counted: string[]; cleared: string[] };

/** Rows that changed, beside so many times those there were, before a table is counted again. */
const changedMin = 100;
const changedShare = 4;
/** Dead rows, beside that share of the living, before they are removed; as `autovacuum` has it, but less often. */
const deadMin = 1_000;
const deadShare = 0.2;

type Growth = { table: string; changed: number; dead: number; rows: number; hasIndex: boolean; isLong: boolean };

/** Bytes that a table without index may keep when it is empty: of some seconds, at a thousand orders a second. */
const emptyMax = 16_777_216;

/**
 * Has the planner count the tables that have outgrown what it knows of them. Postgres does that by itself, but only after a
 * minute, and until then it takes a condition that all rows meet for one that few do. PGlite has no `autovacuum` at all: there
 * the rows that changes leave behind are removed too. So they are where there is no index, which can only be read from end to
 * end, so often that a minute of them is too much.
 */
export async function tendTables({ db, kind }: Pick<OpenDatabase, "db" | "kind">): Promise<Tended> {
  const tended: Tended = { counted: [], cleared: [] };
  for (const growth of await listGrowth(db, kind)) {
    const { table, changed, dead, rows, hasIndex } = growth;
    if ((kind === "pglite" || !hasIndex) && dead > deadMin + deadShare * rows) {
      await sql`vacuum (${sql.raw(toVacuum(growth))}) ${sql.raw(table)}`.execute(db);
      tended.cleared.push(table);
    } else if (hasIndex && changed > changedMin + changedShare * rows) {
      // Whoever has the table counts it already.
      await sql`analyze (skip_locked) ${sql.raw(table)}`.execute(db);
      tended.counted.push(table);
    }
  }
  return tended;
}

/**
 * What is read from end to end needs no counting. It is soon as long again, and only one that waits for its end to be free
 * can cut it off.
 */
function toVacuum({ hasIndex, isLong }: Growth): string {
  if (hasIndex) return "analyze";
  return isLong ? "truncate" : "truncate off";
}

/** By the names of tables as they are written in statements. In PGlite also those of others, such as the job queue's. */
async function listGrowth(db: Kysely<Database>, kind: OpenDatabase["kind"]): Promise<Growth[]> {
  // Nothing else has a PGlite say what has changed.
  if (kind === "pglite") await sql`select pg_stat_force_next_flush()`.execute(db);
  const { rows } = await sql<Growth>`select format('%I.%I', schemaname, grown.relname) as table,
      n_mod_since_analyze as changed, n_dead_tup as dead, greatest(reltuples, 0)::int8 as rows,
      relhasindex as "hasIndex", not relhasindex and pg_relation_size(relid) > ${emptyMax} as "isLong"
    from pg_stat_user_tables as grown join pg_class on pg_class.oid = relid
    where ${kind === "pglite"} or schemaname = current_schema()`.execute(db);
  return rows;
}
