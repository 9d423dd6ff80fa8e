import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** What sessions ask of relayers beside the contract. */
export const apiPolicyMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`create table api_policies (
      chain_id int8 not null, session_id text not null, policy text not null, told_at int8 not null,
      primary key (chain_id, session_id))`.execute(db);
    await sql`create index api_policies_told on api_policies (chain_id, told_at)`.execute(db);
  },
};
