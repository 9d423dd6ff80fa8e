import { toErrorSentence } from "@latchkey/sdk";
import { sql, type RawBuilder } from "kysely";
import type { Hex } from "viem";
import type { ManagerEvent } from "../chain/decodeLog.ts";
import { isOfOrder, type Db, type EventRow } from "../db/chainRows.ts";
import { databaseNow } from "../db/databaseNow.ts";
import type { DecidingRule } from "../problem.ts";
import { parseEventArgs, settleRuns } from "./settleRuns.ts";
import { toReasonJson } from "./toReasonJson.ts";

/** Transactions an order is put into before it counts as failed. */
export const attemptsMax = 5;

/** Reasons to try the same order again, and nothing of it has been used. */
const transientErrors: readonly string[] = ["IntervalNotOver", "InsufficientGas", "SessionNotYetValid"];

type Options = {
  chainId: number;
  upTo: number;
  /** Events that have just been stored, and count as settled up to `upTo`. */
  inserted: readonly EventRow[];
};

/** Applies what the blocks up to `upTo` say about orders: executed, failed, skipped, or too late to run. */
export async function settleOrders(db: Db, { chainId, upTo, inserted }: Options): Promise<void> {
  const waiting = await db
    .selectFrom("events")
    .selectAll()
    .where("chain_id", "=", chainId)
    .where("is_settled", "=", false)
    .where("block_number", "<=", upTo)
    .orderBy("block_number")
    .orderBy("log_index")
    .execute();
  // Those that waited for depth are of earlier blocks.
  const events = [...waiting, ...inserted.filter((event) => event.block_number <= upTo && isOfOrder(event))];
  await settleRuns(db, chainId, events);
  for (const event of events) {
    if (event.order_hash !== null || event.name !== "OrderSkipped") continue;
    const { position, reason } = parseEventArgs(event.args);
    await settleSkip(db, event, { position: Number(position), reason });
  }
  if (waiting.length > 0) {
    await db
      .updateTable("events")
      .set({ is_settled: true })
      .where("chain_id", "=", chainId)
      .where("is_settled", "=", false)
      .where("block_number", "<=", upTo)
      .execute();
  }
  await expireOrders(db, { chainId, upTo });
}

/** Notes in which block orders ran that are not settled yet: from there on the chain's state has their spend. */
export async function markMined(db: Db, chainId: number, events: readonly ManagerEvent[]): Promise<void> {
  const runs = events.flatMap(({ orderHash, transactionHash, blockNumber }) =>
    orderHash === undefined
      ? []
      : [{ order_hash: orderHash, transaction_hash: transactionHash, block_number: blockNumber }],
  );
  if (runs.length > 0) await updateMined(chainId, runs).execute(db);
}

/** Of orders that may still run: the block and the transaction in which they were mined. */
export function updateMined(
  chainId: number,
  runs: readonly { order_hash: string; transaction_hash: string; block_number: number }[],
): RawBuilder<object> {
  return sql`update orders set block_number = run.block_number, transaction_hash = run.transaction_hash
    from json_to_recordset(${JSON.stringify(runs)}::json) as run (order_hash text, transaction_hash text, block_number int8)
    where orders.chain_id = ${chainId} and orders.order_hash = run.order_hash
      and orders.status in ('accepted', 'submitted')`;
}

type Event = { chain_id: number; transaction_hash: string; block_number: number };

/** The order used nothing: it waits for another transaction if that may help, otherwise it has failed. */
async function settleSkip(db: Db, event: Event, skip: { position: number; reason: Hex }): Promise<void> {
  const order = await db
    .selectFrom("transaction_orders")
    .innerJoin("orders", (join) =>
      join
        .onRef("orders.order_hash", "=", "transaction_orders.order_hash")
        .onRef("orders.chain_id", "=", "transaction_orders.chain_id"),
    )
    .select(["orders.order_hash", "orders.attempts"])
    .where("orders.chain_id", "=", event.chain_id)
    .where("transaction_orders.transaction_hash", "=", event.transaction_hash)
    .where("transaction_orders.position", "=", skip.position)
    .where("orders.status", "=", "submitted")
    .executeTakeFirst();
  if (order === undefined || (await hasRun(db, event.chain_id, order.order_hash))) return;
  // No data means that the order's own gas ran out before its calls.
  const reason =
    skip.reason === "0x"
      ? {
          name: "OrderOutOfGas",
          args: [],
          sentence: "The order's gas limit is too low: it ran out of gas before its calls.",
        }
      : toErrorSentence(skip.reason);
  const update = db.updateTable("orders").where("chain_id", "=", event.chain_id);
  if (transientErrors.includes(reason.name) && order.attempts < attemptsMax) {
    await update
      .set({ status: "accepted", lane: null, not_before: sql<number>`${databaseNow} + ${toDelayMs(reason)}` })
      .where("order_hash", "=", order.order_hash)
      .execute();
    return;
  }
  await update
    .set({
      status: reason.name === "OrderExpired" ? "expired" : "failed",
      holds_nonce: false,
      transaction_hash: event.transaction_hash,
      block_number: event.block_number,
      reason: toReasonJson(reason),
    })
    .where("order_hash", "=", order.order_hash)
    .execute();
}

/** Past its deadline in a block that is settled, an order cannot run any more. */
async function expireOrders(db: Db, { chainId, upTo }: { chainId: number; upTo: number }): Promise<void> {
  const block = await db
    .selectFrom("blocks")
    .select("timestamp")
    .where("chain_id", "=", chainId)
    .where("number", "=", upTo)
    .executeTakeFirst();
  if (block === undefined) return;
  const { rows: late } = await selectLate(chainId, block.timestamp).execute(db);
  for (const { order_hash, deadline } of late) {
    const reason = toErrorSentence({ name: "OrderExpired", args: [deadline, block.timestamp] });
    await db
      .updateTable("orders")
      // With its block, so that a reorg that undoes the block undoes this.
      .set({ status: "expired", holds_nonce: false, block_number: upTo, reason: toReasonJson(reason) })
      .where("chain_id", "=", chainId)
      .where("order_hash", "=", order_hash)
      .execute();
  }
}

/** Orders that may still run and whose deadline is before `timestamp`, in seconds since the Unix epoch. */
export function selectLate(chainId: number, timestamp: number): RawBuilder<{ order_hash: string; deadline: number }> {
  return sql<{ order_hash: string; deadline: number }>`select order_hash, deadline from orders
    where chain_id = ${chainId} and status in ('accepted', 'submitted') and deadline < ${timestamp}`;
}

/** Whether a stored block says that the order ran. */
export async function hasRun(db: Db, chainId: number, orderHash: string): Promise<boolean> {
  const row = await db
    .selectFrom("events")
    .select("name")
    .where("chain_id", "=", chainId)
    .where("order_hash", "=", orderHash)
    .executeTakeFirst();
  return row !== undefined;
}

/** `IntervalNotOver(nextAt, now)`: until then. */
function toDelayMs({ name, args }: DecidingRule): number {
  const [nextAt, now] = args.map(Number);
  if (name === "InsufficientGas" || nextAt === undefined || now === undefined) return 0;
  return Math.min(3_600_000, Math.max(0, nextAt - now) * 1_000);
}
