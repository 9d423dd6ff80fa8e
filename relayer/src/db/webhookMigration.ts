import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** Where events are sent to, and how far each receiver has been served. */
export const webhookMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`create table webhooks (
      chain_id int8 not null, id text not null, account text not null, session_id text, url text not null,
      is_active boolean not null, block_number int8 not null, log_index int4 not null, block_hash text,
      failures int4 not null, last_status text, created_at int8 not null, primary key (chain_id, id))`.execute(db);
    await sql`create index webhooks_of_account on webhooks (chain_id, account)`.execute(db);
  },
};
