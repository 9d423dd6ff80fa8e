import { sql, type Kysely } from "kysely";
import type { Db } from "../db/chainRows.ts";
import type { Statement } from "../db/createPipeline.ts";
import { getOrder } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { toReasonJson } from "./toReasonJson.ts";

/**
 * `cancelled`: it will never be submitted here, and its nonce and budget are free. `claimed`: it is, or is about to be, in a
 * transaction; an order without calls of the same nonce may still come first. `final`: it has ended before.
 */
export type Cancellation = "cancelled" | "claimed" | "final" | "unknown";

/**
 * Takes an order back that no lane has claimed. That is final for this relayer and every instance of it; whoever else has
 * the signed order may still submit it until its nonce is used on chain.
 */
export async function cancelOrder(
  db: Kysely<Database>,
  { chainId, orderHash }: { chainId: number; orderHash: string },
): Promise<Cancellation> {
  const { numUpdatedRows } = await cancel(db, chainId)
    .where("order_hash", "=", orderHash)
    .where("lane", "is", null)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return "cancelled";
  const order = await getOrder(db, chainId, orderHash);
  if (order === undefined) return "unknown";
  if (order.status === "cancelled") return "cancelled";
  return order.status === "accepted" || order.status === "submitted" ? "claimed" : "final";
}

/**
 * The same for the orders of the session's nonce, as far as they are in no transaction: also those that a lane has claimed,
 * which finds that out when it stores its batch. Gives the rows of those that were taken back.
 */
export function cancelWaiting(order: {
  chain_id: number;
  session_id: string;
  nonce: number;
  except?: string;
}): Statement<{ order_hash: string }> {
  return {
    compile: (db) =>
      cancel(db, order.chain_id)
        .where("session_id", "=", order.session_id)
        .where("nonce", "=", order.nonce)
        .where("order_hash", "!=", order.except ?? "")
        .returning("order_hash")
        .compile(),
  };
}

function cancel(db: Db, chainId: number) {
  const sentence = "The order was taken back before it was submitted.";
  return (
    db
      .updateTable("orders")
      .set({
        status: "cancelled",
        holds_nonce: false,
        reason: toReasonJson({ name: "OrderCancelled", args: [], sentence }),
      })
      .where("chain_id", "=", chainId)
      // Not as parameters, for which no index of such orders alone would do; and compared only once it is found (`is true`).
      .where(sql<boolean>`status in ('accepted', 'submitted') and (status = 'accepted') is true`)
  );
}
