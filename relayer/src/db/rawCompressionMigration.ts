import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/**
 * Signed transactions are compressed by LZ4 where Postgres has been built with it: its own method takes a millisecond for a
 * batch, longer than all else of storing it.
 */
export const rawCompressionMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`do $$ begin
      alter table transactions alter column raw set compression lz4;
    exception when feature_not_supported then
      raise notice 'Postgres has no LZ4 here';
    end $$`.execute(db);
  },
};
