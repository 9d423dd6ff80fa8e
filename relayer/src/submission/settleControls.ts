import type { Kysely } from "kysely";
import { updateControl, type ControlRow } from "../db/controlRows.ts";
import type { Database } from "../db/schema.ts";
import { toReasonJson } from "./toReasonJson.ts";

/** Transactions a call of the sentinel's is put into before it counts as failed: each time it is signed anew. */
const attemptsMax = 3;

/** Finds out what became of calls that were sent, by what the blocks say of their transactions. */
export async function settleControls(db: Kysely<Database>, submitted: readonly ControlRow[]): Promise<void> {
  for (const control of submitted) {
    const { chain_id, wallet, nonce } = control;
    if (wallet === null || nonce === null) continue;
    const transactions = await db
      .selectFrom("transactions")
      .select(["hash", "status"])
      .where("chain_id", "=", chain_id)
      .where("wallet", "=", wallet)
      .where("nonce", "=", nonce)
      .execute();
    const mined = transactions.find(({ status }) => status === "mined");
    if (mined !== undefined) await settleMined(db, control, mined.hash);
    // Somebody else's transaction took the nonce, or the wallet had no money: another one may have it.
    else if (transactions.every(({ status }) => status === "dropped")) {
      await updateControl(db, control, { status: "waiting", wallet: null, nonce: null, transaction_hash: null });
    }
  }
}

/** Each of these calls emits an event, so a transaction without one has reverted. */
async function settleMined(db: Kysely<Database>, control: ControlRow, hash: string): Promise<void> {
  const event = await db
    .selectFrom("events")
    .select("name")
    .where("chain_id", "=", control.chain_id)
    .where("transaction_hash", "=", hash)
    .limit(1)
    .executeTakeFirst();
  if (event !== undefined) {
    await updateControl(db, control, { status: "done", transaction_hash: hash });
    return;
  }
  if (control.data === null && control.attempts < attemptsMax) {
    await updateControl(db, control, { status: "waiting", wallet: null, nonce: null, transaction_hash: null });
    return;
  }
  const sentence = `The transaction ${hash} failed.`;
  const reason = toReasonJson({ name: "TransactionFailed", args: [hash], sentence });
  await updateControl(db, control, { status: "failed", transaction_hash: hash, reason });
}
