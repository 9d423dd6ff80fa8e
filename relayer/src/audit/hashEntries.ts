import { createHash } from "node:crypto";
import type { Selectable } from "kysely";
import type { Database } from "../db/schema.ts";

/** What is hashed of an entry. */
export type AuditEntry = Omit<Selectable<Database["audit_entries"]>, "id" | "xid" | "detail" | "undoes">;

/** The head before the first batch of a chain. */
export const firstHead = "0".repeat(64);

/**
 * SHA-256, in hex, over the head before and the SHA-256 of each entry, in the order of their numbers. An entry is hashed as
 * the JSON list of its number, chain, time, kind, order, session, account, body hash, transaction, block and reason, and
 * of the status before if there was one.
 */
export function hashEntries(headBefore: string, entries: readonly AuditEntry[]): string {
  const chain = createHash("sha256").update(Buffer.from(headBefore, "hex"));
  for (const entry of entries) chain.update(createHash("sha256").update(toBytes(entry)).digest());
  return chain.digest("hex");
}

function toBytes(entry: AuditEntry): string {
  return JSON.stringify([
    entry.number,
    entry.chain_id,
    entry.at,
    entry.kind,
    entry.order_hash,
    entry.session_id,
    entry.account,
    entry.body_hash,
    entry.transaction_hash,
    entry.block_number,
    entry.reason,
    ...(entry.previous === null ? [] : [entry.previous]),
  ]);
}
