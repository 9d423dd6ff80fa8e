import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/**
 * Bodies of orders may be deleted: what is left of them is a hash, and everything that became of them. An order's entry in
 * the audit log says also what the order was before.
 */
export const retentionMigration: Migration = {
  async up(db: Kysely<Database>) {
    const statements = [
      sql`alter table orders alter column calls drop not null, alter column packed drop not null,
        add column body_hash text`,
      sql`alter table transactions alter column raw drop not null`,
      sql`alter table audit_batches add column has_details boolean not null default true`,
      sql`create index orders_with_body on orders (chain_id, accepted_at)
        where packed is not null and status not in ('accepted', 'submitted')`,
      sql`create index transactions_with_raw on transactions (chain_id, created_at)
        where raw is not null and status in ('mined', 'dropped')`,
      sql`create index audit_batches_with_details on audit_batches (chain_id, last_number) where has_details`,
      // Whatever still happens to an order without a body is of the same body.
      sql`create or replace function to_body_hash(body_hash text, packed text) returns text language sql immutable as $$
        select coalesce(body_hash, encode(sha256(convert_to(packed, 'UTF8')), 'hex')) $$`,
      sql`create or replace function write_audit() returns trigger language plpgsql as $$
        begin
          if tg_op = 'INSERT' then
            insert into audit_entries (chain_id, at, kind, order_hash, session_id, account, body_hash,
                transaction_hash, block_number, reason)
              select chain_id, (extract(epoch from clock_timestamp()) * 1000)::int8, 'order-' || status, order_hash,
                session_id, account, to_body_hash(body_hash, packed), transaction_hash, block_number, reason
              from new_rows order by sequence;
          else
            insert into audit_entries (chain_id, at, kind, order_hash, session_id, account, body_hash,
                transaction_hash, block_number, reason, previous)
              select new_rows.chain_id, (extract(epoch from clock_timestamp()) * 1000)::int8,
                'order-' || new_rows.status, new_rows.order_hash, new_rows.session_id, new_rows.account,
                to_body_hash(new_rows.body_hash, new_rows.packed), new_rows.transaction_hash,
                new_rows.block_number, new_rows.reason, old_rows.status
              from new_rows join old_rows using (chain_id, order_hash)
              where new_rows.status <> old_rows.status
                or new_rows.transaction_hash is distinct from old_rows.transaction_hash
              order by new_rows.sequence;
          end if;
          return null;
        end $$`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};
