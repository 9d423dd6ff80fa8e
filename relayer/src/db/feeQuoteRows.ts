import { sql } from "kysely";
import type { Db } from "./chainRows.ts";
import { databaseNow } from "./databaseNow.ts";

/** Keeps a price that clients have been told, which any instance takes until then: milliseconds by the database's clock. */
export async function storeQuote(
  db: Db,
  chainId: number,
  { perMillionGas, validMs }: { perMillionGas: bigint; validMs: number },
): Promise<void> {
  await sql`insert into fee_quotes (chain_id, per_million_gas, valid_until)
    values (${chainId}, ${perMillionGas.toString()}::numeric, ${databaseNow} + ${validMs}::int8)
    on conflict (chain_id, per_million_gas)
      do update set valid_until = greatest(fee_quotes.valid_until, excluded.valid_until)`.execute(db);
}

/** The lowest price that some client may still rely on. */
export async function findLowestQuote(db: Db, chainId: number): Promise<bigint | undefined> {
  const { rows } = await sql<{ lowest: string | null }>`select min(per_million_gas)::text as lowest from fee_quotes
    where chain_id = ${chainId} and valid_until > ${databaseNow}`.execute(db);
  const lowest = rows[0]?.lowest ?? undefined;
  return lowest === undefined ? undefined : BigInt(lowest);
}

export async function deleteOldQuotes(db: Db, chainId: number): Promise<void> {
  await sql`delete from fee_quotes where chain_id = ${chainId} and valid_until < ${databaseNow}`.execute(db);
}

/** Whether an order of the session that may still run has the nonce, and calls. */
export async function hasLiveOrder(db: Db, chainId: number, sessionId: string, nonce: number): Promise<boolean> {
  const { rows } = await sql`select 1 from orders where chain_id = ${chainId} and session_id = ${sessionId}
    and nonce = ${nonce} and status in ('accepted', 'submitted') and calls <> '[]' limit 1`.execute(db);
  return rows.length > 0;
}
