import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** What the sentinel knows of session keys, what it holds, and its evidence. */
export const sentinelMigration: Migration = {
  async up(db: Kysely<Database>) {
    const statements = [
      sql`create table sentinel_histories (
        chain_id int8 not null, session_id text not null, history text not null, updated_at int8 not null,
        primary key (chain_id, session_id))`,
      sql`create table sentinel_evidence (
        id bigserial primary key, chain_id int8 not null, at int8 not null, session_id text not null,
        account text not null, order_hash text,
        action text not null check (action in ('note', 'hold', 'suspend', 'revoke', 'report-misuse', 'release')),
        rule text not null, score float8 not null, features text not null)`,
      sql`create index sentinel_evidence_of_session on sentinel_evidence (chain_id, session_id, id)`,
      sql`create table sentinel_holds (
        chain_id int8 not null, session_id text not null, evidence_id int8 not null, ends_at int8 not null,
        primary key (chain_id, session_id))`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};
