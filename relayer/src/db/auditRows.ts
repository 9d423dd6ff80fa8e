import { sql, type RawBuilder } from "kysely";
import type { AuditEntry } from "../audit/hashEntries.ts";
import type { Db } from "./chainRows.ts";
import type { Statement } from "./createPipeline.ts";
import { databaseNow } from "./databaseNow.ts";

/** What both tables have of an entry, and of it what is hashed. */
const hashed = sql`chain_id, at, kind, order_hash, session_id, account, body_hash, transaction_hash, block_number, reason,
  previous`;
const content = sql`id, xid, ${hashed}, detail, undoes`;

/** Namespace of the advisory lock: `seal`. */
const sealLock = 0x7365616c;

/**
 * Has entries wait that instances of before `audit_unsealed` have written into the log, while not all were upgraded. Only for
 * who has `lockSealing`: those instances number what they wrote themselves.
 */
export function adoptStray(chainId: number): Statement {
  return sql`with stray as (delete from audit_entries where chain_id = ${chainId} and number is null returning ${content})
    insert into audit_unsealed (${content}) select ${content} from stray`;
}

/**
 * Has entries sealed that a dump brought from a server whose transactions had higher ids. What is seen here is of transactions
 * that have ended, so of this server's own none can have such an id.
 */
export function adoptForeign(chainId: number): Statement {
  return sql`update audit_unsealed set xid = '0'
    where chain_id = ${chainId} and xid >= pg_snapshot_xmax(pg_current_snapshot())`;
}

/** Whether an entry waits for its number. */
export async function hasUnsealed(db: Db, chainId: number): Promise<boolean> {
  const row = await db
    .selectFrom("audit_unsealed")
    .select("id")
    .where("chain_id", "=", chainId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Lets one transaction at a time seal, until it ends; not `locked` if another one does. */
export function lockSealing(chainId: number): Statement<{ locked: boolean }> {
  return sql<{ locked: boolean }>`select pg_try_advisory_xact_lock(${sealLock}, ${chainId | 0}) as locked`;
}

/** The head of the last batch, if there is one. */
export function selectHead(chainId: number): Statement<{ head: string }> {
  return sql<{
    head: string;
  }>`select head from audit_batches where chain_id = ${chainId} order by last_number desc limit 1`;
}

/**
 * Numbers the next entries, `limit` at most, and moves them into the log. Only those of transactions older than any that is
 * under way: so none can turn up between two that are numbered.
 */
export function moveUnsealed(chainId: number, limit: number): RawBuilder<AuditEntry> {
  return sql<AuditEntry>`with moved as (delete from audit_unsealed where ctid = any(array(
        select ctid from audit_unsealed
        where chain_id = ${chainId} and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by id limit ${limit})) returning *)
    insert into audit_entries (number, ${content})
      select row_number() over (order by id) + coalesce((select max(last_number) from audit_batches
        where chain_id = ${chainId}), 0), ${content} from moved
    returning number, ${hashed}`;
}

/** `number` are those that the batch begins and ends with. */
export function insertBatch(
  chainId: number,
  batch: { first: number; last: number; head: string; signature: string },
): Statement {
  return sql`insert into audit_batches (chain_id, first_number, last_number, head, signature, sealed_at)
    values (${chainId}, ${batch.first}, ${batch.last}, ${batch.head}, ${batch.signature}, ${databaseNow})`;
}
