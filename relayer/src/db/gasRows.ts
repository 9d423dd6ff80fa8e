import { sql } from "kysely";
import type { Statement } from "./createPipeline.ts";
import type { Db } from "./chainRows.ts";

/** Days since the Unix epoch, in UTC. */
export function toDay(nowMs: number): number {
  return Math.floor(nowMs / 86_400_000);
}

export type GasSum = { account: string; gas: number };

/**
 * Adds to each account's gas of the day, and returns what each has then. Accounts must be distinct, and always come in the
 * same order, or two transactions could wait for each other.
 */
export function addGas(chainId: number, day: number, sums: readonly GasSum[]): Statement<GasSum> {
  const accounts = sums.map(({ account }) => account);
  const gas = sums.map((sum) => sum.gas);
  return sql<GasSum>`insert into gas_usage (chain_id, account, day, gas)
    select ${chainId}::int8, account, ${day}::int4, gas
      from unnest(${accounts}::text[], ${gas}::int8[]) as sums (account, gas)
    on conflict (chain_id, account, day) do update set gas = gas_usage.gas + excluded.gas
    returning account, gas`;
}

/** Days that are kept for who wants to look. */
const daysKept = 7;

export async function deleteOldGas(db: Db, chainId: number): Promise<void> {
  const before = toDay(Date.now()) - daysKept;
  await db.deleteFrom("gas_usage").where("chain_id", "=", chainId).where("day", "<", before).execute();
}
