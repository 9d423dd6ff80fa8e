import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** Finds the orders without calls that wait to come before another one of their nonce; there are few. */
export const overtakingMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`create index orders_overtaking on orders (chain_id, session_id, nonce)
      where status = 'accepted' and not holds_nonce`.execute(db);
  },
};
