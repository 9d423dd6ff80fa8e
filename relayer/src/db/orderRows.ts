import { createHash } from "node:crypto";
import type { OrderJson } from "@latchkey/sdk";
import { sql, type RawBuilder, type Selectable } from "kysely";
import type { Db } from "./chainRows.ts";
import type { Statement } from "./createPipeline.ts";
import { databaseNow } from "./databaseNow.ts";
import type { Database } from "./schema.ts";

export type OrderRow = Omit<Selectable<Database["orders"]>, "sequence">;

export function getOrder(db: Db, chainId: number, orderHash: string): Promise<OrderRow | undefined> {
  return db
    .selectFrom("orders")
    .selectAll()
    .where("chain_id", "=", chainId)
    .where("order_hash", "=", orderHash)
    .executeTakeFirst();
}

/** Orders that wait for a transaction, counted no further than `max`. */
export async function countWaitingOrders(db: Db, chainId: number, max: number): Promise<number> {
  const { count } = await db
    .selectFrom(
      db
        .selectFrom("orders")
        .select("order_hash")
        .where("chain_id", "=", chainId)
        .where("status", "=", "accepted")
        .limit(max)
        .as("waiting"),
    )
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** An order that holds its nonce or its spend. */
export type HoldingOrder = {
  sessionId: string;
  nonce: number;
  holdsNonce: boolean;
  hasCalls: boolean;
  /** Whether it may still run. */
  isLive: boolean;
  /** In which it was mined, also if that is not deep enough yet. */
  block: number | undefined;
  reservations: readonly bigint[];
};

type HoldingRow = { holding: string | null };

/** An order as `selectHolding` has it: the place of its session among those asked for, and 1 for what is true. */
type Held = [
  session: number,
  nonce: number,
  reservations: string[],
  holdsNonce: number,
  hasCalls: number,
  isLive: number,
  block: number | null,
];

/** What an order would take. */
export type SessionNonce = { sessionId: string; nonce: number };

type HoldingFilter = {
  chainId: number;
  sessionIds: readonly string[];
  /** Of these sessions, without double ones. */
  nonces: readonly SessionNonce[];
  afterBlock: number;
};

/**
 * Orders of the sessions that may still run, were mined after `afterBlock`, or hold one of the nonces, as one text for
 * `toHolding`. Each of the three has an index of its own, and none has what another has. Those that may run are sought session
 * by session, and only then by chain, and the nonces one by one (`offset 0` keeps the planner to it): as long as the table is
 * new, it would rather read all orders of the chain. (The text is JSON, put together by hand: there are many rows, and
 * `json_agg` takes four times as long.)
 */
function selectHolding({ chainId, sessionIds, nonces, afterBlock }: HoldingFilter): RawBuilder<HoldingRow> {
  const columns = sql`session_id, nonce, reservations, holds_nonce, status, block_number`;
  const select = sql`select ${columns}, calls is distinct from '[]' as has_calls`;
  const hasEnded = sql`status not in ('accepted', 'submitted')`;
  return sql<HoldingRow>`select '[' || string_agg('[' || concat_ws(',',
      array_position(${sessionIds}::text[], session_id) - 1, nonce, reservations, holds_nonce::int4, has_calls::int4,
      (status in ('accepted', 'submitted'))::int4, coalesce(block_number::text, 'null')) || ']', ',') || ']' as holding
    from (select ${columns}, has_calls from unnest(${sessionIds}::text[]) as wanted (id)
        cross join lateral (${select}, chain_id from orders
          where session_id = wanted.id and status in ('accepted', 'submitted') offset 0) as live
        where chain_id = ${chainId}
      union all ${select} from orders where chain_id = ${chainId} and session_id = any(${sessionIds}::text[])
        and block_number > ${afterBlock} and ${hasEnded}
      union all select ${columns}, has_calls
        from unnest(${nonces.map(({ sessionId }) => sessionId)}::text[], ${nonces.map(({ nonce }) => nonce)}::int4[]) as wanted (id, number)
        cross join lateral (${select} from orders
          where chain_id = ${chainId} and session_id = wanted.id and nonce = wanted.number and holds_nonce
            and ${hasEnded} and coalesce(block_number, 0) <= ${afterBlock} offset 0) as holder) as held`;
}

/** Of the sessions that were asked for. */
function toHolding(row: HoldingRow | undefined, sessionIds: readonly string[]): HoldingOrder[] {
  const held = JSON.parse(row?.holding ?? "[]") as Held[];
  return held.map(([session, nonce, reservations, holdsNonce, hasCalls, isLive, block]) => {
    const sessionId = sessionIds[session];
    if (sessionId === undefined) throw new Error("An order is of a session that was not asked for");
    return {
      sessionId,
      nonce,
      holdsNonce: holdsNonce === 1,
      hasCalls: hasCalls === 1,
      isLive: isLive === 1,
      block: block ?? undefined,
      reservations: reservations.map(BigInt),
    };
  });
}

/** The session's orders that may still run, or were mined after `afterBlock`. */
export async function listLiveOrders(
  db: Db,
  { chainId, sessionId, afterBlock }: { chainId: number; sessionId: string; afterBlock: number },
): Promise<HoldingOrder[]> {
  const { rows } = await selectHolding({ chainId, sessionIds: [sessionId], nonces: [], afterBlock }).execute(db);
  return toHolding(rows[0], [sessionId]);
}

/**
 * What `orders` hold of each of `limitCount` limits beside what the state of block `stateBlock` has them spend already:
 * those mined in it or before it hold nothing more.
 */
export function toReserved(orders: readonly HoldingOrder[], limitCount: number, stateBlock: number): bigint[] {
  const holding = orders.filter(({ isLive, block }) => (block === undefined ? isLive : block > stateBlock));
  return Array.from({ length: limitCount }, (_, limit) =>
    holding.reduce((sum, { reservations }) => sum + (reservations[limit] ?? 0n), 0n),
  );
}

/** Lets one transaction at a time store orders of the sessions, until it ends. In one order, so that none waits for another in a circle. */
export function lockSessions(chainId: number, sessionIds: readonly string[]): Statement {
  return sql<{ pg_advisory_xact_lock: string }>`select pg_advisory_xact_lock(hashtextextended(id, ${chainId}))
    from (select id from unnest(${sessionIds.toSorted()}::text[]) as ids(id) order by id) as sorted`;
}

/** What is stored of orders that are about to be stored, and of their sessions. */
export type Stored = {
  /** Rows of the orders themselves. */
  known: OrderRow[];
  /** Hashes of those that a stored block says have run. */
  run: string[];
  holding: HoldingOrder[];
};

type StoredRow = { known: OrderRow[] | null; run: string[] | null } & HoldingRow;

/**
 * All of it in one row, for `toStored`. Hashes are sought one by one (`offset 0` keeps the planner to it): it would rather
 * read every event of the chain and drop those of other orders.
 */
export function selectStored(
  options: { chainId: number; orderHashes: readonly string[] } & Omit<HoldingFilter, "chainId">,
): Statement<StoredRow> {
  const { chainId, orderHashes } = options;
  const ofHash = sql`chain_id = ${chainId} and order_hash = wanted.hash offset 0`;
  const wanted = sql`from unnest(${orderHashes}::text[]) as wanted (hash)`;
  return sql<StoredRow>`select
    (select json_agg(found) ${wanted} cross join lateral (select * from orders where ${ofHash}) as found) as known,
    (select json_agg(hash) ${wanted} cross join lateral (select 1 from events where ${ofHash}) as found) as run,
    (${selectHolding(options)}) as holding`;
}

/** Of the sessions that were asked for. */
export function toStored([row]: readonly StoredRow[], sessionIds: readonly string[]): Stored {
  return { known: row?.known ?? [], run: row?.run ?? [], holding: toHolding(row, sessionIds) };
}

export function toNewOrder(order: {
  chainId: number;
  orderHash: string;
  account: string;
  json: OrderJson;
  packed: string;
  reservations: readonly bigint[];
  wallet: string | undefined;
  batchGas: number;
  holdsNonce: boolean;
}): OrderRow {
  return {
    chain_id: order.chainId,
    order_hash: order.orderHash,
    session_id: order.json.sessionId,
    account: order.account,
    nonce: order.json.nonce,
    deadline: order.json.deadline,
    gas_limit: order.json.gasLimit,
    calls: JSON.stringify(order.json.calls),
    packed: order.packed,
    body_hash: createHash("sha256").update(order.packed).digest("hex"),
    status: "accepted",
    holds_nonce: order.holdsNonce,
    reservations: JSON.stringify(order.reservations.map(String)),
    attempts: 0,
    not_before: 0,
    accepted_at: 0,
    transaction_hash: null,
    block_number: null,
    reason: null,
    wallet: order.wallet ?? null,
    batch_gas: order.batchGas,
    lane: null,
  };
}

export type Acceptance = { order_hash: string; accepted_at: number };

/** With one parameter, since there may be many. Gives when they were accepted. */
export function insertOrders(orders: readonly OrderRow[]): RawBuilder<Acceptance> {
  return sql<Acceptance>`insert into orders (chain_id, order_hash, session_id, account, nonce, deadline, gas_limit, calls, packed,
      body_hash, status, holds_nonce, reservations, attempts, not_before, wallet, batch_gas, accepted_at)
    select *, ${databaseNow} from json_to_recordset(${JSON.stringify(orders)}::json) as rows (chain_id int8, order_hash text,
      session_id text, account text, nonce int4, deadline int8, gas_limit int8, calls text, packed text, body_hash text,
      status text, holds_nonce boolean, reservations text, attempts int4, not_before int8, wallet text, batch_gas int4)
    returning order_hash, accepted_at`;
}
