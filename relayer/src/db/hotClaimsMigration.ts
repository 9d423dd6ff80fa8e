import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/**
 * No index has the lane of an order, and pages of orders keep room for new versions of what they hold: when a lane claims
 * an order whose page has room, no index needs to learn of it (Postgres's heap-only tuples). What a lane has is found among
 * what is live.
 */
export const hotClaimsMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`drop index orders_claimed`.execute(db);
    await sql`alter table orders set (fillfactor = 60)`.execute(db);
  },
};
