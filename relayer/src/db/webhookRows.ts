import { sql, type Selectable } from "kysely";
import type { Db } from "./chainRows.ts";
import type { Database } from "./schema.ts";

export type WebhookRow = Selectable<Database["webhooks"]>;
export type EventRow = Selectable<Database["events"]>;

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

/** Active webhooks with events after their cursors, or whose last event is undone; no other instance has them until the transaction ends. */
export async function lockDueWebhooks(db: Db, chainId: number, limit: number): Promise<WebhookRow[]> {
  const { rows } = await sql<WebhookRow>`select webhooks.* from webhooks
    where chain_id = ${chainId} and is_active and (
      exists (select 1 from events where events.chain_id = webhooks.chain_id and events.account = webhooks.account
        and (webhooks.session_id is null or events.session_id = webhooks.session_id)
        and (events.block_number, events.log_index) > (webhooks.block_number, webhooks.log_index))
      or (block_hash is not null and not exists (select 1 from events where events.chain_id = webhooks.chain_id
        and events.block_number = webhooks.block_number and events.log_index = webhooks.log_index
        and events.block_hash = webhooks.block_hash)))
    order by id limit ${limit} for update skip locked`.execute(db);
  return rows;
}

/** The webhook's next events after its cursor. */
export function listEventsFor(db: Db, webhook: WebhookRow, limit: number): Promise<EventRow[]> {
  const { block_number: block, log_index: logIndex, session_id: sessionId } = webhook;
  let query = db
    .selectFrom("events")
    .selectAll()
    .where("chain_id", "=", webhook.chain_id)
    .where("account", "=", webhook.account)
    .where(sql<boolean>`(block_number, log_index) > (${block}, ${logIndex})`)
    .orderBy("block_number")
    .orderBy("log_index")
    .limit(limit);
  if (sessionId !== null) query = query.where("session_id", "=", sessionId);
  return query.execute();
}

export async function hasEvent(
  db: Db,
  { chain_id, block_number, log_index, block_hash }: WebhookRow,
): Promise<boolean> {
  const row = await db
    .selectFrom("events")
    .select("name")
    .where("chain_id", "=", chain_id)
    .where("block_number", "=", block_number)
    .where("log_index", "=", log_index)
    .where("block_hash", "=", block_hash)
    .executeTakeFirst();
  return row !== undefined;
}

export async function setWebhookCursor(
  db: Db,
  { chain_id, id }: Pick<WebhookRow, "chain_id" | "id">,
  cursor: Pick<WebhookRow, "block_number" | "log_index" | "block_hash">,
): Promise<void> {
  await db.updateTable("webhooks").set(cursor).where("chain_id", "=", chain_id).where("id", "=", id).execute();
}
