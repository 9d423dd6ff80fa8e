import { sql, type Kysely } from "kysely";
import type { Hex } from "viem";
import type { Db } from "../db/chainRows.ts";
import type { Database } from "../db/schema.ts";
import { cancelWaiting } from "./cancelOrder.ts";

/** An order without calls that waits, and the order of its nonce that it is to come before. */
export type Overtaking = { cancel: string; rival: string; transactionHash: string; wallet: string };

/**
 * Orders without calls whose rivals are in transactions of the wallets. Rivals that are in none are taken back, once and
 * for all: then the way is free.
 */
export async function listOvertakings(
  db: Kysely<Database>,
  chainId: number,
  wallets: readonly string[],
): Promise<Overtaking[]> {
  const { rows } = await sql<{
    cancel: string;
    rival: string;
    session_id: string;
    nonce: number;
    status: string;
    transaction_hash: string | null;
    lane: string | null;
  }>`select cancel.order_hash as cancel, rival.order_hash as rival, rival.session_id, rival.nonce, rival.status,
      rival.transaction_hash, rival.lane
    from orders as cancel join orders as rival on rival.chain_id = cancel.chain_id
      and rival.session_id = cancel.session_id and rival.nonce = cancel.nonce and rival.order_hash <> cancel.order_hash
    where cancel.chain_id = ${chainId} and cancel.status = 'accepted' and not cancel.holds_nonce
      and cancel.calls = '[]' and rival.calls <> '[]' and rival.status in ('accepted', 'submitted')`.execute(db);
  for (const row of rows) {
    if (row.status !== "accepted") continue;
    await db.executeQuery(cancelWaiting({ ...row, chain_id: chainId, except: row.cancel }).compile(db));
  }
  return rows.flatMap(({ cancel, rival, status, transaction_hash, lane }) =>
    status === "submitted" && transaction_hash !== null && lane !== null && wallets.includes(lane)
      ? [{ cancel, rival, transactionHash: transaction_hash, wallet: lane }]
      : [],
  );
}

type BatchOrder = { order_hash: string; packed: Hex; batch_gas: number };

/** The transaction's orders in their order, each rival's place taken by the order that is to come before it. */
export async function listOvertaken(
  db: Db,
  chainId: number,
  transactionHash: string,
  overtakings: readonly Overtaking[],
): Promise<BatchOrder[]> {
  const cancelOf = new Map(overtakings.map(({ cancel, rival }) => [rival, cancel]));
  const { rows: places } = await sql<{ order_hash: string }>`select order_hash from transaction_orders
    where chain_id = ${chainId} and transaction_hash = ${transactionHash} order by position`.execute(db);
  const hashes = places.map(({ order_hash }) => cancelOf.get(order_hash) ?? order_hash);
  const { rows } = await sql<BatchOrder>`select order_hash, packed, batch_gas from orders
    where chain_id = ${chainId} and order_hash = any(${hashes}::text[])`.execute(db);
  const orderOf = new Map(rows.map((row) => [row.order_hash, row]));
  return hashes.flatMap((hash) => orderOf.get(hash) ?? []);
}

/** Whether all of them still wait; nobody changes that until the transaction ends. */
export async function lockWaiting(tx: Db, chainId: number, orderHashes: readonly string[]): Promise<boolean> {
  const { rows } = await sql`select 1 from orders where chain_id = ${chainId}
    and order_hash = any(${orderHashes}::text[]) and status = 'accepted' for update`.execute(tx);
  return rows.length === orderHashes.length;
}

/** The orders are in the transaction from now on. */
export async function putInto(
  tx: Db,
  { chainId, wallet }: { chainId: number; wallet: string },
  transactionHash: string,
  orderHashes: readonly string[],
): Promise<void> {
  await sql`update orders set status = 'submitted', lane = ${wallet}, transaction_hash = ${transactionHash},
      attempts = attempts + 1
    where chain_id = ${chainId} and order_hash = any(${orderHashes}::text[])`.execute(tx);
}
