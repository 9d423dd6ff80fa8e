import { toErrorSentence } from "@latchkey/sdk";
import { sql, type RawBuilder } from "kysely";
import { isHex, type Hex } from "viem";
import type { Db } from "../db/chainRows.ts";
import { liveStatuses, type OrderStatus } from "../db/schema.ts";
import { toReasonJson } from "./toReasonJson.ts";

type Event = {
  session_id: string | null;
  order_hash: string | null;
  name: string;
  /** JSON. */
  args: string;
  transaction_hash: string;
  block_number: number;
};
type Run = ReturnType<typeof toRun>[number];
type Rival = { order_hash: string; run_hash: string; is_live: boolean };

/** What events of orders say beside whose they are. */
export function parseEventArgs(text: string): { nonce: unknown; position: unknown; reason: Hex } {
  const { nonce, position, reason } = JSON.parse(text) as { nonce?: unknown; position?: unknown; reason?: unknown };
  return { nonce, position, reason: isHex(reason) ? reason : "0x" };
}

/** What an event says of the order that ran, if it says that one did. */
function toRun({ order_hash, session_id, transaction_hash, block_number, name, args }: Event) {
  if (order_hash === null || session_id === null) return [];
  const { nonce, reason } = parseEventArgs(args);
  const isExecuted = name === "OrderExecuted";
  return [
    {
      order_hash,
      session_id,
      nonce: Number(nonce),
      status: isExecuted ? "confirmed" : "failed",
      transaction_hash,
      block_number,
      reason: isExecuted ? null : toReasonJson(toErrorSentence(reason)),
    },
  ];
}

/**
 * The orders ran, in whoever's transactions, and their nonces are used, whatever was known of them before. What else has
 * one of the nonces can't run any more: it is cancelled if what ran had no calls, otherwise it has failed.
 */
export async function settleRuns(db: Db, chainId: number, events: readonly Event[]): Promise<void> {
  const runs: Run[] = events.flatMap(toRun);
  if (runs.length === 0) return;
  const { rows: rivals } = await selectRivals(chainId, runs).execute(db);
  if (rivals.length > 0) await settleRivals(db, chainId, runs, rivals);
  await updateRuns(chainId, runs).execute(db);
}

/** Other orders that hold the nonce of one that ran, or may still run with it; one that does both is there twice. */
export function selectRivals(
  chainId: number,
  runs: readonly Pick<Run, "order_hash" | "session_id" | "nonce">[],
): RawBuilder<Rival> {
  const ofNonce = sql`chain_id = ${chainId} and session_id = run.session_id and nonce = run.nonce`;
  // One by one (`offset 0` keeps the planner to it), since few are found.
  return sql<Rival>`select rival.order_hash, run.order_hash as run_hash, is_live
    from unnest(${runs.map((run) => run.order_hash)}::text[], ${runs.map((run) => run.session_id)}::text[],
      ${runs.map((run) => run.nonce)}::int4[]) as run (order_hash, session_id, nonce)
    cross join lateral (
      (select order_hash, false as is_live from orders where ${ofNonce} and holds_nonce offset 0)
      union all
      (select order_hash, true from orders where ${ofNonce} and status in ('accepted', 'submitted') offset 0)) as rival
    where rival.order_hash <> run.order_hash`;
}

async function settleRivals(db: Db, chainId: number, runs: readonly Run[], rivals: readonly Rival[]): Promise<void> {
  await db
    .updateTable("orders")
    .set({ holds_nonce: false })
    .where("chain_id", "=", chainId)
    .where(
      "order_hash",
      "in",
      rivals.map(({ order_hash }) => order_hash),
    )
    .execute();
  const runOf = new Map(runs.map((run) => [run.order_hash, run]));
  for (const { order_hash, run_hash, is_live } of rivals) {
    const run = runOf.get(run_hash);
    if (!is_live || run === undefined) continue;
    await db
      .updateTable("orders")
      .set({
        // With its block, so that a reorg that undoes the block undoes this.
        block_number: run.block_number,
        reason: toReasonJson(toErrorSentence({ name: "NonceUsed", args: [run.nonce] })),
        status: sql<OrderStatus>`case when exists (select 1 from orders as ran where ran.chain_id = ${chainId}
          and ran.order_hash = ${run_hash} and ran.calls = '[]') then 'cancelled' else 'failed' end`,
      })
      .where("chain_id", "=", chainId)
      .where("order_hash", "=", order_hash)
      .where("status", "in", liveStatuses)
      .execute();
  }
}

/** What the orders' runs made of them; each has used its nonce. */
export function updateRuns(chainId: number, runs: readonly Omit<Run, "session_id" | "nonce">[]): RawBuilder<object> {
  const rows = runs.map(({ order_hash, status, transaction_hash, block_number, reason }) => ({
    order_hash,
    status,
    transaction_hash,
    block_number,
    reason,
  }));
  return sql`update orders set status = run.status, holds_nonce = true, transaction_hash = run.transaction_hash,
      block_number = run.block_number, reason = run.reason
    from json_to_recordset(${JSON.stringify(rows)}::json) as run (order_hash text, status text, transaction_hash text,
      block_number int8, reason text)
    where orders.chain_id = ${chainId} and orders.order_hash = run.order_hash`;
}
