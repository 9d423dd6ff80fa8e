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
export async function addGas(db: Db, chainId: number, day: number, sums: readonly GasSum[]): Promise<GasSum[]> {
  if (sums.length === 0) return [];
  return db
    .insertInto("gas_usage")
    .values(sums.map(({ account, gas }) => ({ chain_id: chainId, account, day, gas })))
    .onConflict((conflict) =>
      conflict
        .columns(["chain_id", "account", "day"])
        .doUpdateSet((build) => ({ gas: build("gas_usage.gas", "+", build.ref("excluded.gas")) })),
    )
    .returning(["account", "gas"])
    .execute();
}

/** Forgets the days before `day`. */
export async function deleteGasBefore(db: Db, chainId: number, day: number): Promise<void> {
  await db.deleteFrom("gas_usage").where("chain_id", "=", chainId).where("day", "<", day).execute();
}
