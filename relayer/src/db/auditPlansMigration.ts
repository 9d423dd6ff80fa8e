import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/**
 * The first statement that changes orders decides how the audit log compares old rows with new ones, for as long as the
 * connection lasts. It changes few; of those that follow, one settles all orders of a block, and to compare each with each
 * then takes longer than all else.
 */
export const auditPlansMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`alter function write_audit() set enable_nestloop = off`.execute(db);
  },
};
