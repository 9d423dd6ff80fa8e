import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** Nonces of authenticated requests, kept until the signatures they were in have expired. */
export const authMigration: Migration = {
  async up(db: Kysely<Database>) {
    await sql`create table auth_nonces (
      chain_id int8 not null, nonce text not null, expires_at int8 not null, primary key (chain_id, nonce))`.execute(
      db,
    );
    await sql`create index auth_nonces_expired on auth_nonces (chain_id, expires_at)`.execute(db);
  },
};
