import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** Tells lanes that somebody works from those whose transactions an instance without their keys follows for a moment. */
export const keylessLanesMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`alter table lanes add column is_keyless boolean not null default false`.execute(db);
  },
};
