import { sql, type Kysely } from "kysely";
import type { Migration, MigrationProvider } from "kysely/migration";
import { accessMigration } from "./accessMigration.ts";
import { apiPolicyMigration } from "./apiPolicyMigration.ts";
import { auditPlansMigration } from "./auditPlansMigration.ts";
import { authMigration } from "./authMigration.ts";
import { controlMigration } from "./controlMigration.ts";
import { feeQuoteMigration } from "./feeQuoteMigration.ts";
import { hotClaimsMigration } from "./hotClaimsMigration.ts";
import { keylessLanesMigration } from "./keylessLanesMigration.ts";
import { leanIndexesMigration } from "./leanIndexesMigration.ts";
import { liveDeadlinesMigration } from "./liveDeadlinesMigration.ts";
import { liveOrdersMigration } from "./liveOrdersMigration.ts";
import { eventLogMigration } from "./eventLogMigration.ts";
import { overtakingMigration } from "./overtakingMigration.ts";
import { rawCompressionMigration } from "./rawCompressionMigration.ts";
import { retentionMigration } from "./retentionMigration.ts";
import type { Database } from "./schema.ts";
import { sentinelMigration } from "./sentinelMigration.ts";
import { webhookMigration } from "./webhookMigration.ts";
import { unsealedEntriesMigration } from "./unsealedEntriesMigration.ts";

const migrations: Record<string, Migration> = {
  "0001-start": {
    async up(db: Kysely<Database>) {
      const statements = [
        sql`create table deployments (chain_id int8 primary key, manager text not null)`,
        sql`create table blocks (
          chain_id int8 not null, number int8 not null, hash text not null, parent_hash text not null,
          timestamp int8 not null, primary key (chain_id, number))`,
        sql`create table sessions (
          chain_id int8 not null, session_id text not null, account text not null, session text not null,
          scopes text not null, created_at int8 not null, primary key (chain_id, session_id))`,
        sql`create index sessions_of_account on sessions (chain_id, account)`,
        sql`create table events (
          chain_id int8 not null, block_number int8 not null, log_index int4 not null, block_hash text not null,
          timestamp int8, transaction_hash text not null, name text not null, account text, session_id text,
          order_hash text, args text not null, is_settled boolean not null,
          primary key (chain_id, block_number, log_index))`,
        sql`create index events_of_account on events (chain_id, account, block_number, log_index)`,
        sql`create index events_of_session on events (chain_id, session_id, block_number, log_index)`,
        sql`create index events_of_order on events (chain_id, order_hash) where order_hash is not null`,
        sql`create index events_unsettled on events (chain_id, block_number, log_index) where not is_settled`,
        sql`create table orders (
          chain_id int8 not null, order_hash text not null, sequence bigserial not null, session_id text not null,
          account text not null, nonce int4 not null, deadline int8 not null, gas_limit int8 not null,
          calls text not null, packed text not null, status text not null
            check (status in ('accepted', 'submitted', 'confirmed', 'failed', 'expired')),
          holds_nonce boolean not null, reservations text not null, attempts int4 not null, not_before int8 not null,
          accepted_at int8 not null, transaction_hash text, block_number int8, reason text,
          primary key (chain_id, order_hash))`,
        sql`create unique index orders_nonce on orders (chain_id, session_id, nonce) where holds_nonce`,
        sql`create index orders_live on orders (chain_id, status, sequence) where status in ('accepted', 'submitted')`,
        sql`create index orders_live_of_session on orders (chain_id, session_id)
          where status in ('accepted', 'submitted')`,
        sql`create index orders_mined on orders (chain_id, block_number) where block_number is not null`,
        sql`create table transactions (
          chain_id int8 not null, hash text not null, wallet text not null, nonce int8 not null, raw text not null,
          gas int8 not null, max_fee_per_gas text not null, max_priority_fee_per_gas text not null,
          status text not null check (status in ('pending', 'replaced', 'mined', 'dropped')),
          created_at int8 not null, block_number int8, primary key (chain_id, hash))`,
        sql`create unique index transactions_pending on transactions (chain_id, wallet, nonce)
          where status = 'pending'`,
        sql`create table transaction_orders (
          chain_id int8 not null, transaction_hash text not null, position int4 not null, order_hash text not null,
          primary key (chain_id, transaction_hash, position))`,
        sql`create index transactions_of_order on transaction_orders (chain_id, order_hash)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  "0002-lanes": {
    async up(db: Kysely<Database>) {
      const statements = [
        sql`alter table orders add column wallet text`,
        sql`alter table orders add column lane text`,
        sql`alter table orders add column batch_gas int4 not null default 1000000`,
        sql`alter table orders drop constraint orders_status_check`,
        sql`alter table orders add constraint orders_status_check
          check (status in ('accepted', 'submitted', 'confirmed', 'failed', 'expired', 'cancelled'))`,
        sql`create table lanes (
          chain_id int8 not null, wallet text not null, owner text, fence int8 not null, expires_at int8 not null,
          mode text not null check (mode in ('open', 'paused')), primary key (chain_id, wallet))`,
        sql`create table instances (
          chain_id int8 not null, instance text not null, seen_at int8 not null, primary key (chain_id, instance))`,
        sql`create index orders_waiting on orders (chain_id, sequence) where status = 'accepted'`,
        sql`create index orders_claimed on orders (chain_id, lane, session_id)
          where lane is not null and status in ('accepted', 'submitted')`,
        sql`create index orders_deadline on orders (chain_id, deadline) where status in ('accepted', 'submitted')`,
        sql`create index orders_of_transaction on orders (chain_id, transaction_hash) where status = 'submitted'`,
        sql`create index events_of_transaction on events (chain_id, transaction_hash)`,
        sql`create index transactions_open on transactions (chain_id, wallet, nonce)
          where status in ('pending', 'replaced')`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  "0003-audit": {
    async up(db: Kysely<Database>) {
      const statements = [
        sql`create table audit_entries (
          id bigserial primary key, chain_id int8 not null, xid xid8 not null default pg_current_xact_id(),
          at int8 not null, kind text not null, order_hash text not null, session_id text not null,
          account text not null, body_hash text not null, transaction_hash text, block_number int8, reason text,
          number int8)`,
        sql`create unique index audit_entries_number on audit_entries (chain_id, number)`,
        sql`create index audit_entries_unsealed on audit_entries (chain_id, id) where number is null`,
        sql`create index audit_entries_of_order on audit_entries (chain_id, order_hash)`,
        sql`create table audit_batches (
          chain_id int8 not null, first_number int8 not null, last_number int8 not null, head text not null,
          signature text not null, sealed_at int8 not null, primary key (chain_id, last_number))`,
        // In the database, so that no statement that changes a status can forget it.
        sql`create function write_audit() returns trigger language plpgsql as $$
          begin
            if tg_op = 'INSERT' then
              insert into audit_entries (chain_id, at, kind, order_hash, session_id, account, body_hash,
                  transaction_hash, block_number, reason)
                select chain_id, (extract(epoch from clock_timestamp()) * 1000)::int8, 'order-' || status, order_hash,
                  session_id, account, encode(sha256(convert_to(packed, 'UTF8')), 'hex'), transaction_hash,
                  block_number, reason
                from new_rows order by sequence;
            else
              insert into audit_entries (chain_id, at, kind, order_hash, session_id, account, body_hash,
                  transaction_hash, block_number, reason)
                select new_rows.chain_id, (extract(epoch from clock_timestamp()) * 1000)::int8,
                  'order-' || new_rows.status, new_rows.order_hash, new_rows.session_id, new_rows.account,
                  encode(sha256(convert_to(new_rows.packed, 'UTF8')), 'hex'), new_rows.transaction_hash,
                  new_rows.block_number, new_rows.reason
                from new_rows join old_rows using (chain_id, order_hash)
                where new_rows.status <> old_rows.status
                  or new_rows.transaction_hash is distinct from old_rows.transaction_hash
                order by new_rows.sequence;
            end if;
            return null;
          end $$`,
        sql`create trigger orders_inserted after insert on orders referencing new table as new_rows
          for each statement execute function write_audit()`,
        sql`create trigger orders_updated after update on orders referencing old table as old_rows new table as new_rows
          for each statement execute function write_audit()`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
};

migrations["0010-access"] = accessMigration;
migrations["0011-auth"] = authMigration;
migrations["0012-webhooks"] = webhookMigration;
migrations["0013-live-orders"] = liveOrdersMigration;
migrations["0020-event-log"] = eventLogMigration;
migrations["0021-overtaking"] = overtakingMigration;
migrations["0022-retention"] = retentionMigration;
migrations["0023-fee-quotes"] = feeQuoteMigration;
migrations["0030-sentinel"] = sentinelMigration;
migrations["0031-controls"] = controlMigration;
migrations["0032-api-policies"] = apiPolicyMigration;
migrations["0033-audit-plans"] = auditPlansMigration;
migrations["0034-keyless-lanes"] = keylessLanesMigration;
migrations["0035-lean-indexes"] = leanIndexesMigration;
migrations["0036-live-deadlines"] = liveDeadlinesMigration;
migrations["0037-hot-claims"] = hotClaimsMigration;
migrations["0038-unsealed-entries"] = unsealedEntriesMigration;
migrations["0039-raw-compression"] = rawCompressionMigration;

export const migrationProvider: MigrationProvider = { getMigrations: () => Promise.resolve(migrations) };
