import type { Selectable } from "kysely";
import type { Db } from "./chainRows.ts";
import type { Database } from "./schema.ts";

export type AccessEntry = Selectable<Database["access_entries"]>;

export function listAccess(db: Db, chainId: number): Promise<AccessEntry[]> {
  return db.selectFrom("access_entries").selectAll().where("chain_id", "=", chainId).orderBy("account").execute();
}

/** Replaces what was said of the account before. */
export async function setAccess(
  db: Db,
  chainId: number,
  { account, verdict, note }: { account: string; verdict: "allow" | "deny"; note: string | undefined },
): Promise<void> {
  const entry = { verdict, note: note ?? null, changed_at: Date.now() };
  await db
    .insertInto("access_entries")
    .values({ chain_id: chainId, account, ...entry })
    .onConflict((conflict) => conflict.columns(["chain_id", "account"]).doUpdateSet(entry))
    .execute();
}

/** Whether there was an entry. */
export async function removeAccess(db: Db, chainId: number, account: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("access_entries")
    .where("chain_id", "=", chainId)
    .where("account", "=", account)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
