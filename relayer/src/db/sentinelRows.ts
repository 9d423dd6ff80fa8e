import { createHash } from "node:crypto";
import { sql, type Selectable } from "kysely";
import type { Db } from "./chainRows.ts";
import { databaseNow } from "./databaseNow.ts";
import type { Database } from "./schema.ts";

export type Evidence = Omit<Selectable<Database["sentinel_evidence"]>, "id" | "at" | "chain_id">;
export type EvidenceRow = Selectable<Database["sentinel_evidence"]>;

/** Stores what the sentinel did and tells the audit log, which has the evidence's hash. Returns its id. */
export async function insertEvidence(db: Db, chainId: number, evidence: Evidence): Promise<number> {
  const { id } = await db
    .insertInto("sentinel_evidence")
    .values({ ...evidence, chain_id: chainId, at: databaseNow })
    .returning("id")
    .executeTakeFirstOrThrow();
  const { session_id, account, action, rule, order_hash } = evidence;
  await db
    .insertInto("audit_unsealed")
    .values({
      chain_id: chainId,
      at: databaseNow,
      kind: `sentinel-${action}`,
      // The last entry under an order's hash says how the order ended, so this one is not under it.
      order_hash: "",
      session_id,
      account,
      body_hash: createHash("sha256").update(JSON.stringify(evidence)).digest("hex"),
      transaction_hash: null,
      block_number: null,
      reason: JSON.stringify({ evidence: id, rule, orderHash: order_hash }),
    })
    .execute();
  return id;
}

/** Evidence about a session, newest first, older than `before` if it is given. */
export function listEvidence(
  db: Db,
  { chainId, sessionId, before, limit }: { chainId: number; sessionId: string; before?: number; limit: number },
): Promise<EvidenceRow[]> {
  let query = db
    .selectFrom("sentinel_evidence")
    .selectAll()
    .where("chain_id", "=", chainId)
    .where("session_id", "=", sessionId);
  if (before !== undefined) query = query.where("id", "<", before);
  return query.orderBy("id", "desc").limit(limit).execute();
}

/** Milliseconds since the Unix epoch. */
export type Hold = { sessionId: string; endsAt: number };

/** Every hold that has not ended, by the database's clock. */
export async function listHolds(db: Db, chainId: number): Promise<Hold[]> {
  const rows = await db
    .selectFrom("sentinel_holds")
    .select(["session_id", "ends_at"])
    .where("chain_id", "=", chainId)
    .where("ends_at", ">", databaseNow)
    .execute();
  return rows.map(({ session_id, ends_at }) => ({ sessionId: session_id, endsAt: ends_at }));
}

/** Holds a session for `holdMs`, from now. */
export async function setHold(
  db: Db,
  chainId: number,
  { sessionId, evidenceId, holdMs }: { sessionId: string; evidenceId: number; holdMs: number },
): Promise<void> {
  await sql`insert into sentinel_holds (chain_id, session_id, evidence_id, ends_at)
    values (${chainId}, ${sessionId}, ${evidenceId}, ${databaseNow} + ${holdMs})
    on conflict (chain_id, session_id) do update set evidence_id = excluded.evidence_id, ends_at = excluded.ends_at`.execute(
    db,
  );
}

/** Ends a hold. Returns whether there was one. */
export async function deleteHold(db: Db, chainId: number, sessionId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("sentinel_holds")
    .where("chain_id", "=", chainId)
    .where("session_id", "=", sessionId)
    .where("ends_at", ">", databaseNow)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function getHistory(db: Db, chainId: number, sessionId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("sentinel_histories")
    .select("history")
    .where("chain_id", "=", chainId)
    .where("session_id", "=", sessionId)
    .executeTakeFirst();
  return row?.history;
}

/** Replaces the histories of sessions, in one statement with one parameter. */
export async function saveHistories(
  db: Db,
  chainId: number,
  histories: readonly { session_id: string; history: string }[],
): Promise<void> {
  await sql`insert into sentinel_histories (chain_id, session_id, history, updated_at)
    select ${chainId}, session_id, history, ${databaseNow}
    from json_to_recordset(${JSON.stringify(histories)}::json) as rows (session_id text, history text)
    order by session_id
    on conflict (chain_id, session_id) do update set history = excluded.history, updated_at = excluded.updated_at`.execute(
    db,
  );
}

/** Days that notes, and histories of keys that have done nothing since, are kept. */
const notesKept = 30;
const historiesKept = 90;
const dayMs = 86_400_000;

/** Forgets old notes and idle keys; what the sentinel has done otherwise is kept. */
export async function deleteOldSentinelRows(db: Db, chainId: number): Promise<void> {
  const before = (days: number) => sql<number>`${databaseNow} - ${days * dayMs}::int8`;
  await db
    .deleteFrom("sentinel_evidence")
    .where("chain_id", "=", chainId)
    .where("action", "=", "note")
    .where("at", "<", before(notesKept))
    .execute();
  await db
    .deleteFrom("sentinel_histories")
    .where("chain_id", "=", chainId)
    .where("updated_at", "<", before(historiesKept))
    .execute();
}
