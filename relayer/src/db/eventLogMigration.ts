import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

/** What an event says beside the columns of its entry. */
const detail = sql`json_build_object('args', args::json, 'blockHash', block_hash, 'logIndex', log_index,
  'timestamp', timestamp)::text`;
const now = sql`(extract(epoch from clock_timestamp()) * 1000)::int8`;

/**
 * The audit log has the chain's events too, and that a reorg took them back, so that one number orders all that happens.
 * Readers who were away then learn of both. Events of before come first, in the order of the chain.
 */
export const eventLogMigration: Migration = {
  async up(db: Kysely<Database>) {
    const columns = sql`(id, chain_id, at, kind, order_hash, session_id, account, body_hash, transaction_hash,
      block_number, detail, undoes)`;
    const toEntry = (kind: string, id: string, undoes: string) => sql`select ${sql.raw(id)}, chain_id, ${now},
        ${sql.raw(`'${kind}'`)} || name, order_hash, session_id, account,
        encode(sha256(convert_to(detail, 'UTF8')), 'hex'), transaction_hash, block_number, detail, ${sql.raw(undoes)}`;
    const nextId = "nextval('audit_entries_id_seq')";
    const statements = [
      sql`alter table audit_entries alter column order_hash drop not null, alter column session_id drop not null,
        alter column account drop not null, add column detail text, add column undoes int8, add column previous text`,
      sql`create index audit_entries_of_account on audit_entries (chain_id, account, number) where number is not null`,
      sql`create index audit_entries_of_session on audit_entries (chain_id, session_id, number)
        where number is not null`,
      // Nothing asks for the events of one session in any other way.
      sql`drop index events_of_session`,
      sql`alter table events add column entry_id int8`,
      sql`update events set entry_id = sorted.entry_id
        from (select chain_id, block_number, log_index, ${sql.raw(nextId)} as entry_id
          from (select * from events order by chain_id, block_number, log_index) as ordered) as sorted
        where events.chain_id = sorted.chain_id and events.block_number = sorted.block_number
          and events.log_index = sorted.log_index`,
      sql`alter table events alter column entry_id set default ${sql.raw(nextId)}, alter column entry_id set not null`,
      sql`insert into audit_entries ${columns} ${toEntry("event-", "entry_id", "null::int8")}
        from (select *, ${detail} as detail from events) as rows order by entry_id`,
      // In the database, so that no statement that stores or takes back an event can forget it.
      sql`create function write_event_audit() returns trigger language plpgsql as $$
        begin
          if tg_op = 'INSERT' then
            insert into audit_entries ${columns} ${toEntry("event-", "entry_id", "null::int8")}
              from (select *, ${detail} as detail from new_rows) as rows order by entry_id;
          else
            insert into audit_entries ${columns} ${toEntry("undone-", nextId, "entry_id")}
              from (select *, ${detail} as detail from old_rows order by entry_id desc) as rows;
          end if;
          return null;
        end $$`,
      sql`create trigger events_inserted after insert on events referencing new table as new_rows
        for each statement execute function write_event_audit()`,
      sql`create trigger events_deleted after delete on events referencing old table as old_rows
        for each statement execute function write_event_audit()`,
      // Whoever was served up to here has been told of everything that waits to be numbered.
      sql`alter table webhooks add column number int8`,
      sql`update webhooks set number = (select count(*) from audit_entries
        where audit_entries.chain_id = webhooks.chain_id)`,
      sql`alter table webhooks alter column number set not null, drop column block_number, drop column log_index,
        drop column block_hash`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};
