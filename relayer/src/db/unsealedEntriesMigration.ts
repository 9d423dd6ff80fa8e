import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

const now = sql`(extract(epoch from clock_timestamp()) * 1000)::int8`;

/**
 * Entries of the audit log wait for their numbers in a table of their own, without any index, and come into the log with
 * them: each is in its indexes once. Before, giving it a number made it a new row in all of them, which was a fifth of what the
 * database did for an order.
 */
export const unsealedEntriesMigration: Migration = {
  async up(db: Kysely<Database>) {
    const columns = sql`(id, chain_id, at, kind, order_hash, session_id, account, body_hash, transaction_hash,
      block_number, detail, undoes)`;
    const detail = sql`json_build_object('args', args::json, 'blockHash', block_hash, 'logIndex', log_index,
      'timestamp', timestamp)::text`;
    const toEntry = (kind: string, id: string, undoes: string) => sql`select ${sql.raw(id)}, chain_id, ${now},
        ${sql.raw(`'${kind}'`)} || name, order_hash, session_id, account,
        encode(sha256(convert_to(detail, 'UTF8')), 'hex'), transaction_hash, block_number, detail, ${sql.raw(undoes)}`;
    const nextId = "nextval('audit_entries_id_seq')";
    const statements = [
      sql`create table audit_unsealed (
        id int8 not null default ${sql.raw(nextId)}, chain_id int8 not null,
        xid xid8 not null default pg_current_xact_id(), at int8 not null, kind text not null, order_hash text,
        session_id text, account text, body_hash text not null, transaction_hash text, block_number int8, reason text,
        previous text, detail text, undoes int8)`,
      sql`create or replace function write_audit() returns trigger language plpgsql set enable_nestloop = off as $$
        begin
          if tg_op = 'INSERT' then
            insert into audit_unsealed (chain_id, at, kind, order_hash, session_id, account, body_hash,
                transaction_hash, block_number, reason)
              select chain_id, ${now}, 'order-' || status, order_hash, session_id, account,
                to_body_hash(body_hash, packed), transaction_hash, block_number, reason
              from new_rows order by sequence;
          else
            insert into audit_unsealed (chain_id, at, kind, order_hash, session_id, account, body_hash,
                transaction_hash, block_number, reason, previous)
              select new_rows.chain_id, ${now}, 'order-' || new_rows.status, new_rows.order_hash,
                new_rows.session_id, new_rows.account, to_body_hash(new_rows.body_hash, new_rows.packed),
                new_rows.transaction_hash, new_rows.block_number, new_rows.reason, old_rows.status
              from new_rows join old_rows using (chain_id, order_hash)
              where new_rows.status <> old_rows.status
                or new_rows.transaction_hash is distinct from old_rows.transaction_hash
              order by new_rows.sequence;
          end if;
          return null;
        end $$`,
      sql`create or replace function write_event_audit() returns trigger language plpgsql as $$
        begin
          if tg_op = 'INSERT' then
            insert into audit_unsealed ${columns} ${toEntry("event-", "entry_id", "null::int8")}
              from (select *, ${detail} as detail from new_rows) as rows order by entry_id;
          else
            insert into audit_unsealed ${columns} ${toEntry("undone-", nextId, "entry_id")}
              from (select *, ${detail} as detail from old_rows order by entry_id desc) as rows;
          end if;
          return null;
        end $$`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};
