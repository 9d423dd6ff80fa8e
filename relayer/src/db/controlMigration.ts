import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** Calls of the manager beside orders. */
export const controlMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`create table controls (
      chain_id int8 not null, id text not null,
      kind text not null check (kind in
        ('surrender', 'revoke', 'pause', 'sentinel-suspend', 'sentinel-revoke', 'report-misuse')),
      account text not null, session_id text not null, data text,
      status text not null check (status in ('waiting', 'submitted', 'done', 'failed')), attempts int4 not null,
      created_at int8 not null, wallet text, nonce int8, transaction_hash text, reason text,
      primary key (chain_id, id))`.execute(db);
    await sql`create unique index controls_live on controls (chain_id, kind, account, session_id)
      where status in ('waiting', 'submitted')`.execute(db);
  },
};
