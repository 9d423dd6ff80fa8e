import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/**
 * One index of the orders that may still run, in which their deadlines are compared too. An index by deadline is as small
 * as a page when all have the same one, and then the planner would rather read it whole, and all that is live with it, than
 * seek a session in the other.
 */
export const liveDeadlinesMigration: Migration = {
  async up(db: Kysely<Database>) {
    const statements = [
      sql`drop index orders_live_by_deadline`,
      sql`drop index orders_live_by_session`,
      sql`create index orders_live_by_session on orders (session_id, nonce, deadline)
        where status in ('accepted', 'submitted')`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};
