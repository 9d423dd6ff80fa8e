import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** Prices that clients have been told, so that every instance stands by what another one quoted. */
export const feeQuoteMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`create table fee_quotes (
      chain_id int8 not null, per_million_gas numeric(78, 0) not null, valid_until int8 not null,
      primary key (chain_id, per_million_gas))`.execute(db);
  },
};
