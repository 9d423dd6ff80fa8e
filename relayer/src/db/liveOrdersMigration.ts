import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/**
 * The orders that may still run, by session and by deadline, in indexes that do not begin with the chain, which is the same
 * for nearly all rows. As long as a table is new and has no statistics, the planner takes any index that begins with it for
 * good, and reads whatever was ever live.
 */
export const liveOrdersMigration: Migration = {
  async up(db: Kysely<Database>) {
    for (const name of ["orders_live", "orders_live_of_session", "orders_deadline"]) {
      await sql`drop index ${sql.id(name)}`.execute(db);
    }
    for (const column of ["session_id", "deadline"]) {
      await sql`create index ${sql.id(`orders_live_by_${column}`)} on orders (${sql.id(column)})
        where status in ('accepted', 'submitted')`.execute(db);
    }
  },
};
