import { z } from "zod";
import type { Entry } from "../db/entryRows.ts";

/** What is sent to whoever follows events. */
export type StreamEvent = { id: string; event: string; data: Record<string, unknown> };

const fieldsSchema = z.record(z.string(), z.unknown());
const detailSchema = z.object({
  args: fieldsSchema,
  blockHash: z.string(),
  logIndex: z.int(),
  timestamp: z.int().nullable(),
});

/**
 * An entry of the audit log as an event: one of the manager's by its name; `EventUndone` for one that a reorg took back;
 * `OrderChanged` for what became of an order.
 */
export function toEvent(entry: Entry): StreamEvent {
  const id = String(entry.number);
  const [, what, name = ""] = /^(order|event|undone)-(.+)$/.exec(entry.kind) ?? [];
  if (what === "order") return { id, event: "OrderChanged", data: toOrderFields(entry, name) };
  const data = toChainFields(entry);
  if (what !== "undone") return { id, event: name, data };
  return { id, event: "EventUndone", data: { undoneId: String(entry.undone_number), undoneEvent: name, ...data } };
}

function toOrderFields(entry: Entry, status: string): Record<string, unknown> {
  const { order_hash, session_id, account, previous, transaction_hash, block_number, reason, at } = entry;
  return {
    orderHash: order_hash,
    sessionId: session_id,
    account,
    status,
    ...(previous !== null && { previousStatus: previous }),
    ...(transaction_hash !== null && { transactionHash: transaction_hash }),
    ...(block_number !== null && { blockNumber: block_number }),
    ...(reason !== null && { reason: fieldsSchema.parse(JSON.parse(reason)) }),
    changedAt: new Date(at).toISOString(),
  };
}

function toChainFields(entry: Entry): Record<string, unknown> {
  const { account, session_id, order_hash, block_number, transaction_hash, detail } = entry;
  const of = {
    ...(account !== null && { account }),
    ...(session_id !== null && { sessionId: session_id }),
    ...(order_hash !== null && { orderHash: order_hash }),
    blockNumber: block_number,
    transactionHash: transaction_hash,
  };
  // Details may have been deleted for their age.
  if (detail === null) return of;
  const { args, blockHash, logIndex, timestamp } = detailSchema.parse(JSON.parse(detail));
  return { ...args, ...of, blockHash, logIndex, ...(timestamp !== null && { timestamp }) };
}
