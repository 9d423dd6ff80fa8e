import { toErrorSentence } from "@latchkey/sdk";
import { sql } from "kysely";
import { isHex, type Hex } from "viem";
import type { Db } from "../db/chainRows.ts";
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
      rival_reason: toReasonJson(toErrorSentence({ name: "NonceUsed", args: [Number(nonce)] })),
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
  const rows = sql`json_to_recordset(${JSON.stringify(runs)}::json) as run (order_hash text, session_id text, nonce int4,
    status text, transaction_hash text, block_number int8, reason text, rival_reason text)`;
  const isRival = sql`orders.chain_id = ${chainId} and orders.session_id = run.session_id
    and orders.nonce = run.nonce and orders.order_hash <> run.order_hash`;
  await sql`update orders set holds_nonce = false from ${rows} where ${isRival} and orders.holds_nonce`.execute(db);
  // With its block, so that a reorg that undoes the block undoes this. Sought session by session (`offset 0` keeps the
  // planner to it), since few are found.
  await sql`update orders set block_number = rival.block_number, reason = rival.rival_reason,
      status = case when exists (select 1 from orders as ran where ran.chain_id = ${chainId}
        and ran.order_hash = rival.run_hash and ran.calls = '[]') then 'cancelled' else 'failed' end
    from (select live.order_hash, run.order_hash as run_hash, run.block_number, run.rival_reason
      from ${rows} cross join lateral (select chain_id, order_hash from orders
        where session_id = run.session_id and nonce = run.nonce and status in ('accepted', 'submitted') offset 0) as live
      where live.chain_id = ${chainId} and live.order_hash <> run.order_hash) as rival
    where orders.chain_id = ${chainId} and orders.order_hash = rival.order_hash`.execute(db);
  await sql`update orders set status = run.status, holds_nonce = true, transaction_hash = run.transaction_hash,
      block_number = run.block_number, reason = run.reason
    from ${rows} where orders.chain_id = ${chainId} and orders.order_hash = run.order_hash`.execute(db);
}
