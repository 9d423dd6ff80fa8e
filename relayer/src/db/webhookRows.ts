import { sql, type Selectable } from "kysely";
import type { Db } from "./chainRows.ts";
import type { Database } from "./schema.ts";

export type WebhookRow = Selectable<Database["webhooks"]>;

export async function insertWebhook(db: Db, row: WebhookRow): Promise<void> {
  await db.insertInto("webhooks").values(row).execute();
}

export function getWebhook(db: Db, chainId: number, id: string): Promise<WebhookRow | undefined> {
  return db.selectFrom("webhooks").selectAll().where("chain_id", "=", chainId).where("id", "=", id).executeTakeFirst();
}

export function listWebhooks(db: Db, chainId: number, account: string): Promise<WebhookRow[]> {
  return db
    .selectFrom("webhooks")
    .selectAll()
    .where("chain_id", "=", chainId)
    .where("account", "=", account)
    .orderBy("created_at")
    .execute();
}

export async function deleteWebhook(db: Db, chainId: number, id: string): Promise<void> {
  await db.deleteFrom("webhooks").where("chain_id", "=", chainId).where("id", "=", id).execute();
}

/** Says how the last delivery went, and whether there will be more. */
export async function recordDelivery(
  db: Db,
  chainId: number,
  id: string,
  { status, hasFailed, isGone }: { status: string; hasFailed: boolean; isGone: boolean },
): Promise<void> {
  await db
    .updateTable("webhooks")
    .set((build) => ({
      last_status: status,
      failures: hasFailed ? build("failures", "+", 1) : 0,
      ...(isGone && { is_active: false }),
    }))
    .where("chain_id", "=", chainId)
    .where("id", "=", id)
    .execute();
}

/** Active webhooks with entries after the last they were told of; no other instance has them until the transaction ends. */
export async function lockDueWebhooks(db: Db, chainId: number, limit: number): Promise<WebhookRow[]> {
  const { rows } = await sql<WebhookRow>`select webhooks.* from webhooks
    where chain_id = ${chainId} and is_active and exists (select 1 from audit_entries as entry
      where entry.chain_id = webhooks.chain_id and entry.account = webhooks.account and entry.number > webhooks.number
        and (webhooks.session_id is null or entry.session_id = webhooks.session_id))
    order by id limit ${limit} for update skip locked`.execute(db);
  return rows;
}

/** Says up to which entry of the audit log the webhook has been told. */
export async function setWebhookNumber(
  db: Db,
  { chain_id, id }: Pick<WebhookRow, "chain_id" | "id">,
  number: number,
): Promise<void> {
  await db.updateTable("webhooks").set({ number }).where("chain_id", "=", chain_id).where("id", "=", id).execute();
}
