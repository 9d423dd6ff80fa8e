import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/**
 * Entries of the audit log are in the index of numbers once they have one. And what may still run of a session is found by
 * its nonce too: whether an order has a rival takes no look at all others of its session.
 */
export const leanIndexesMigration: Migration = {
  async up(db: Kysely<Database>) {
    const statements = [
      sql`drop index audit_entries_number`,
      sql`create unique index audit_entries_number on audit_entries (chain_id, number) where number is not null`,
      sql`drop index orders_live_by_session_id`,
      sql`create index orders_live_by_session on orders (session_id, nonce) where status in ('accepted', 'submitted')`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};
