import type { OrderJson } from "@latchkey/sdk";
import { sql, type Selectable } from "kysely";
import { z } from "zod";
import type { Db } from "./chainRows.ts";
import { liveStatuses, type Database } from "./schema.ts";

export type OrderRow = Selectable<Database["orders"]>;

export function getOrder(db: Db, chainId: number, orderHash: string): Promise<OrderRow | undefined> {
  return db
    .selectFrom("orders")
    .selectAll()
    .where("chain_id", "=", chainId)
    .where("order_hash", "=", orderHash)
    .executeTakeFirst();
}

export type LiveOrder = { nonce: number; reservations: readonly bigint[] };

const reservationsSchema = z.array(z.string());

/** The session's orders that may still run. */
export async function listLiveOrders(db: Db, chainId: number, sessionId: string): Promise<LiveOrder[]> {
  const rows = await db
    .selectFrom("orders")
    .select(["nonce", "reservations"])
    .where("chain_id", "=", chainId)
    .where("session_id", "=", sessionId)
    .where("status", "in", liveStatuses)
    .execute();
  return rows.map(({ nonce, reservations }) => ({
    nonce,
    reservations: reservationsSchema.parse(JSON.parse(reservations)).map(BigInt),
  }));
}

/** What `orders` hold of each of `limitCount` limits. */
export function toReserved(orders: readonly LiveOrder[], limitCount: number): bigint[] {
  return Array.from({ length: limitCount }, (_, limit) =>
    orders.reduce((sum, { reservations }) => sum + (reservations[limit] ?? 0n), 0n),
  );
}

/** Lets one transaction at a time store orders of a session, until it ends. */
export async function lockSession(db: Db, chainId: number, sessionId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${sessionId}, ${chainId}))`.execute(db);
}

/** Whether an order, in flight or run, has the nonce. */
export async function isNonceHeld(db: Db, chainId: number, sessionId: string, nonce: number): Promise<boolean> {
  const row = await db
    .selectFrom("orders")
    .select("order_hash")
    .where("chain_id", "=", chainId)
    .where("session_id", "=", sessionId)
    .where("nonce", "=", nonce)
    .where("holds_nonce", "=", true)
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertOrder(
  db: Db,
  chainId: number,
  order: {
    orderHash: string;
    account: string;
    json: OrderJson;
    packed: string;
    reservations: readonly bigint[];
  },
): Promise<void> {
  await db
    .insertInto("orders")
    .values({
      chain_id: chainId,
      order_hash: order.orderHash,
      session_id: order.json.sessionId,
      account: order.account,
      nonce: order.json.nonce,
      deadline: order.json.deadline,
      gas_limit: order.json.gasLimit,
      calls: JSON.stringify(order.json.calls),
      packed: order.packed,
      status: "accepted",
      holds_nonce: true,
      reservations: JSON.stringify(order.reservations.map(String)),
      attempts: 0,
      not_before: 0,
      accepted_at: Date.now(),
      transaction_hash: null,
      block_number: null,
      reason: null,
    })
    .execute();
}
