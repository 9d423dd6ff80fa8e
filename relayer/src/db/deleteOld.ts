import { sql, type Kysely } from "kysely";
import { deleteExpiredRequestNonces } from "../auth/requestNonces.ts";
import type { Config } from "../config.ts";
import { databaseNow } from "./databaseNow.ts";
import { deleteOldQuotes } from "./feeQuoteRows.ts";
import { deleteOldGas } from "./gasRows.ts";
import type { Database } from "./schema.ts";

/** Rows that one statement changes, so that none holds up others for long. */
const rowsAtOnce = 1_000;
const day = 86_400_000;

export type Deleted = { bodies: number; transactions: number; details: number };

/**
 * Deletes what the configuration says is old: bodies of orders that ended, and the signed transactions they were in; what
 * events said, of which hashes stay in the audit log; the nonces of requests whose signatures have expired, and old sums of gas.
 */
export async function deleteOld(
  db: Kysely<Database>,
  { chainId, retention: { bodyDays, eventDays } }: Pick<Config, "chainId" | "retention">,
): Promise<Deleted> {
  await deleteExpiredRequestNonces(db, chainId);
  await deleteOldGas(db, chainId);
  await deleteOldQuotes(db, chainId);
  const deleted: Deleted = { bodies: 0, transactions: 0, details: 0 };
  if (bodyDays > 0) {
    const before = sql`${databaseNow} - ${bodyDays * day}::int8`;
    // An order that waited long has ended later than it was accepted.
    deleted.bodies = await repeat(() =>
      sql`update orders set calls = null, packed = null, body_hash = to_body_hash(body_hash, packed)
        where chain_id = ${chainId} and order_hash in (select order_hash from orders
          where chain_id = ${chainId} and packed is not null and status not in ('accepted', 'submitted')
            and accepted_at < ${before}
            and not exists (select 1 from audit_entries as entry where entry.chain_id = orders.chain_id
              and entry.order_hash = orders.order_hash and entry.at >= ${before})
            and order_hash not in (select order_hash from audit_unsealed
              where chain_id = ${chainId} and order_hash is not null)
          limit ${rowsAtOnce})`.execute(db),
    );
    deleted.transactions = await repeat(() =>
      sql`update transactions set raw = null
        where chain_id = ${chainId} and hash in (select hash from transactions
          where chain_id = ${chainId} and raw is not null and status in ('mined', 'dropped') and created_at < ${before}
          limit ${rowsAtOnce})`.execute(db),
    );
  }
  if (eventDays > 0) deleted.details = await deleteDetails(db, chainId, sql`${databaseNow} - ${eventDays * day}::int8`);
  return deleted;
}

/** By whole batches of the audit log, each in one transaction. */
async function deleteDetails(db: Kysely<Database>, chainId: number, before: ReturnType<typeof sql>): Promise<number> {
  return repeat(() =>
    db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ first_number: number; last_number: number }>`update audit_batches
        set has_details = false where chain_id = ${chainId} and last_number in (select last_number from audit_batches
          where chain_id = ${chainId} and has_details and sealed_at < ${before} order by last_number
          limit ${rowsAtOnce}) returning first_number, last_number`.execute(tx);
      const ranges = JSON.stringify(rows);
      return sql`update audit_entries set detail = null
        from json_to_recordset(${ranges}::json) as batch (first_number int8, last_number int8)
        where chain_id = ${chainId} and number between first_number and last_number and detail is not null`.execute(tx);
    }),
  );
}

/** Until there is nothing left. Returns how many rows there were. */
async function repeat(run: () => Promise<{ numAffectedRows?: bigint }>): Promise<number> {
  for (let sum = 0; ;) {
    const rows = Number((await run()).numAffectedRows ?? 0n);
    if (rows === 0) return sum;
    sum += rows;
  }
}
