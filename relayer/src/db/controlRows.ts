import { randomUUID } from "node:crypto";
import type { Selectable } from "kysely";
import type { Db } from "./chainRows.ts";
import { databaseNow } from "./databaseNow.ts";
import type { ControlKind, Database } from "./schema.ts";

export type ControlRow = Selectable<Database["controls"]>;
export type NewControl = {
  kind: ControlKind;
  account: string;
  /** None: the account as a whole. */
  sessionId?: string;
  data: string | null;
};

const liveStatuses = ["waiting", "submitted"] as const;

/** Lets a lane send it. If the same is under way already, that one is returned, and `isNew` is false. */
export async function insertControl(
  db: Db,
  chainId: number,
  { kind, account, sessionId = "", data }: NewControl,
): Promise<{ control: ControlRow; isNew: boolean }> {
  const inserted = await db
    .insertInto("controls")
    .values({
      chain_id: chainId,
      id: randomUUID(),
      kind,
      account,
      session_id: sessionId,
      data,
      status: "waiting",
      attempts: 0,
      created_at: databaseNow,
      wallet: null,
      nonce: null,
      transaction_hash: null,
      reason: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (inserted !== undefined) return { control: inserted, isNew: true };
  const known = await db
    .selectFrom("controls")
    .selectAll()
    .where("chain_id", "=", chainId)
    .where("kind", "=", kind)
    .where("account", "=", account)
    .where("session_id", "=", sessionId)
    .orderBy("created_at", "desc")
    .executeTakeFirstOrThrow();
  return { control: known, isNew: false };
}

export function getControl(db: Db, chainId: number, id: string): Promise<ControlRow | undefined> {
  return db.selectFrom("controls").selectAll().where("chain_id", "=", chainId).where("id", "=", id).executeTakeFirst();
}

/** Those that are not final, oldest first. */
export function listLiveControls(db: Db, chainId: number, limit: number): Promise<ControlRow[]> {
  return db
    .selectFrom("controls")
    .selectAll()
    .where("chain_id", "=", chainId)
    .where("status", "in", liveStatuses)
    .orderBy("created_at")
    .limit(limit)
    .execute();
}

/** Changes one that is still as `status` says. Returns whether it was. */
export async function updateControl(
  db: Db,
  { chain_id, id, status }: Pick<ControlRow, "chain_id" | "id" | "status">,
  changes: Partial<Pick<ControlRow, "status" | "attempts" | "wallet" | "nonce" | "transaction_hash" | "reason">>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("controls")
    .set(changes)
    .where("chain_id", "=", chain_id)
    .where("id", "=", id)
    .where("status", "=", status)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
