import { sql } from "kysely";
import type { Db } from "./chainRows.ts";
import { databaseNow } from "./databaseNow.ts";

export async function getApiPolicy(db: Db, chainId: number, sessionId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("api_policies")
    .select("policy")
    .where("chain_id", "=", chainId)
    .where("session_id", "=", sessionId)
    .executeTakeFirst();
  return row?.policy;
}

/** The session's salt lets it have one policy only, so a second insert is none. */
export async function insertApiPolicy(db: Db, chainId: number, sessionId: string, policy: string): Promise<void> {
  await db
    .insertInto("api_policies")
    .values({ chain_id: chainId, session_id: sessionId, policy, told_at: databaseNow })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Those that were told in the last `withinMs` milliseconds, on whichever instance. */
export async function listNewApiPolicies(
  db: Db,
  chainId: number,
  withinMs: number,
): Promise<{ session_id: string; policy: string }[]> {
  return db
    .selectFrom("api_policies")
    .select(["session_id", "policy"])
    .where("chain_id", "=", chainId)
    .where("told_at", ">", sql<number>`${databaseNow} - ${withinMs}::int8`)
    .execute();
}
