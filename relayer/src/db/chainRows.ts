import { sql, type Kysely, type RawBuilder, type Selectable, type Transaction } from "kysely";
import type { BlockRef } from "../chain/createRpc.ts";
import type { ManagerEvent } from "../chain/decodeLog.ts";
import { toReasonJson } from "../submission/toReasonJson.ts";
import type { Database, OrderStatus } from "./schema.ts";

export type Db = Kysely<Database> | Transaction<Database>;

/** The block up to which the chain has been read. */
export async function getLastBlock(db: Db, chainId: number): Promise<(BlockRef & { timestamp: number }) | undefined> {
  const row = await db
    .selectFrom("blocks")
    .select(["number", "hash", "timestamp"])
    .where("chain_id", "=", chainId)
    .orderBy("number", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && { number: row.number, hash: toHex(row.hash), timestamp: row.timestamp };
}

/** Lets one instance at a time store blocks of the chain, until the transaction ends. Namespace: `bloc`. */
export async function lockBlocks(db: Db, chainId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(${0x626c6f63}, ${chainId | 0})`.execute(db);
}

/** The hash of the block as it is stored. */
export async function findBlock(db: Db, chainId: number, number: number): Promise<string | undefined> {
  const row = await db
    .selectFrom("blocks")
    .select("hash")
    .where("chain_id", "=", chainId)
    .where("number", "=", number)
    .executeTakeFirst();
  return row?.hash;
}

/** The newest `limit` blocks below `below`, newest first. */
export async function listBlocks(db: Db, chainId: number, below: number, limit: number): Promise<BlockRef[]> {
  const rows = await db
    .selectFrom("blocks")
    .select(["number", "hash"])
    .where("chain_id", "=", chainId)
    .where("number", "<", below)
    .orderBy("number", "desc")
    .limit(limit)
    .execute();
  return rows.map(({ number, hash }) => ({ number, hash: toHex(hash) }));
}

export async function insertBlock(
  db: Db,
  chainId: number,
  block: BlockRef & { parentHash: string; timestamp: number },
  blocksKept: number,
): Promise<void> {
  await db
    .insertInto("blocks")
    .values({
      chain_id: chainId,
      number: block.number,
      hash: block.hash,
      parent_hash: block.parentHash,
      timestamp: block.timestamp,
    })
    .execute();
  await db
    .deleteFrom("blocks")
    .where("chain_id", "=", chainId)
    .where("number", "<=", block.number - blocksKept)
    .execute();
}

export type EventRow = Selectable<Database["events"]>;

/** Whether an event says what became of an order. */
export const isOfOrder = ({ name }: Pick<EventRow, "name">): boolean => name.startsWith("Order");

/**
 * Stores events and the sessions they grant, in few statements. Storing one twice changes nothing. Those up to the block
 * `settledUpTo` count as settled. Returns what is new, in the order of the chain.
 */
export async function insertEvents(
  db: Db,
  {
    chainId,
    settledUpTo,
    timestamps,
  }: { chainId: number; settledUpTo: number; timestamps: ReadonlyMap<number, number> },
  events: readonly ManagerEvent[],
): Promise<EventRow[]> {
  if (events.length === 0) return [];
  for (const event of events) {
    if (event.granted !== undefined && event.sessionId !== undefined && event.account !== undefined) {
      await insertSession(db, chainId, { ...event.granted, sessionId: event.sessionId, account: event.account });
    }
  }
  const { rows: inserted } = await insertEventRows(
    chainId,
    events.map((event) => ({
      block_number: event.blockNumber,
      log_index: event.logIndex,
      block_hash: event.blockHash,
      timestamp: timestamps.get(event.blockNumber) ?? null,
      transaction_hash: event.transactionHash,
      name: event.name,
      account: event.account ?? null,
      session_id: event.sessionId ?? null,
      order_hash: event.orderHash ?? null,
      args: JSON.stringify(event.args),
      is_settled: event.blockNumber <= settledUpTo || !isOfOrder(event),
    })),
  ).execute(db);
  return inserted;
}

/** With the accounts of their sessions, which are sought one by one (`offset 0` keeps the planner to it). */
export function insertEventRows(
  chainId: number,
  rows: readonly Omit<EventRow, "chain_id" | "entry_id">[],
): RawBuilder<EventRow> {
  return sql<EventRow>`insert into events (chain_id, block_number, log_index, block_hash, timestamp, transaction_hash, name, account,
      session_id, order_hash, args, is_settled)
    select ${chainId}, block_number, log_index, block_hash, timestamp, transaction_hash, name,
      coalesce(rows.account, sessions.account), rows.session_id, order_hash, args, is_settled
    from json_to_recordset(${JSON.stringify(rows)}::json) as rows (block_number int8, log_index int4, block_hash text,
      timestamp int8, transaction_hash text, name text, account text, session_id text, order_hash text, args text,
      is_settled boolean)
    left join lateral (select account from sessions
      where chain_id = ${chainId} and session_id = rows.session_id offset 0) as sessions on true
    order by block_number, log_index
    on conflict do nothing
    returning *`;
}

/** Content never changes under an id, so a second insert is none. */
export async function insertSession(
  db: Db,
  chainId: number,
  content: { sessionId: string; account: string; session: string; scopes: readonly string[] },
): Promise<void> {
  await db
    .insertInto("sessions")
    .values({
      chain_id: chainId,
      session_id: content.sessionId,
      account: content.account,
      session: content.session,
      scopes: JSON.stringify(content.scopes),
      created_at: Date.now(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Undoes what blocks above `number` brought: their events, and what they made of orders and transactions. */
export async function rollBackTo(db: Db, chainId: number, number: number): Promise<void> {
  const lost = {
    name: "OrderUndone",
    args: [],
    sentence: "The block it ended in is undone, and its calls are deleted.",
  };
  // Who holds a nonce stays: another order may have taken it meanwhile.
  await db
    .updateTable("orders")
    .set({
      // What no lane has was in no transaction of ours; what has no body any more can be in none.
      status: sql<OrderStatus>`case when packed is null then 'failed' when lane is null then 'accepted' else 'submitted' end`,
      block_number: null,
      reason: sql<string | null>`case when packed is null then ${toReasonJson(lost)} end`,
    })
    .where("chain_id", "=", chainId)
    .where("block_number", ">", number)
    .execute();
  // A lane may have used the nonce again, between the node's reorg and this; only one of a nonce is waited for.
  await sql`with undone as materialized (
      select hash, wallet, nonce, raw is null as is_bare,
        row_number() over (partition by wallet, nonce order by raw is null, created_at desc, hash) as place
      from transactions where chain_id = ${chainId} and block_number > ${number})
    update transactions set block_number = null, status = case
        when is_bare then 'dropped'
        when place > 1 or exists (select 1 from transactions as rival
          where rival.chain_id = ${chainId} and rival.wallet = undone.wallet and rival.nonce = undone.nonce
            and rival.status = 'pending') then 'replaced'
        else 'pending' end
      from undone where transactions.chain_id = ${chainId} and transactions.hash = undone.hash`.execute(db);
  await db.deleteFrom("events").where("chain_id", "=", chainId).where("block_number", ">", number).execute();
  await db.deleteFrom("blocks").where("chain_id", "=", chainId).where("number", ">", number).execute();
}

function toHex(text: string): `0x${string}` {
  return text as `0x${string}`;
}
