import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** Whom the operator allows or denies, and what gas each account's orders were promised a day. */
export const accessMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`create table access_entries (
      chain_id int8 not null, account text not null, verdict text not null check (verdict in ('allow', 'deny')),
      note text, changed_at int8 not null, primary key (chain_id, account))`.execute(db);
    await sql`create table gas_usage (
      chain_id int8 not null, account text not null, day int4 not null, gas int8 not null,
      primary key (chain_id, account, day))`.execute(db);
  },
};
