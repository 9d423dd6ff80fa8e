import { toErrorSentence } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { isHex, type Hex } from "viem";
import type { Rpc } from "../chain/createRpc.ts";
import { CallRevertedError } from "../chain/rpcErrors.ts";
import type { Config } from "../config.ts";
import { updateControl, type ControlRow } from "../db/controlRows.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import type { Wallet } from "./createWallet.ts";
import { holdLane, type Lane } from "./laneRows.ts";
import { measureControl } from "./measureControl.ts";
import { toReasonJson } from "./toReasonJson.ts";
import { insertTransaction, type SignedTransaction } from "./transactionRows.ts";

type Deps = {
  db: Kysely<Database>;
  rpc: Rpc;
  wallet: Wallet;
  instance: string;
  log: Log;
  /** The calldata of a call that the sentinel signs; nothing if its key is gone. */
  signControl: (control: ControlRow) => Promise<Hex | undefined>;
  config: Pick<Config, "chainId" | "manager" | "batch">;
};

/**
 * Signs the transaction of a call and stores both in one database transaction that checks the lane, as `storeBatch` does. A
 * call that would revert fails without costing gas. Returns nothing then, or if another lane has it.
 */
export async function storeControl(
  deps: Deps,
  lane: Lane,
  control: ControlRow,
  nonce: number,
): Promise<SignedTransaction | undefined> {
  const { db, wallet, instance, log, config } = deps;
  const { chainId, manager } = config;
  const data = isHex(control.data) ? control.data : await deps.signControl(control);
  if (data === undefined) {
    const sentence = "This relayer no longer has the key of the session's sentinel.";
    await updateControl(db, control, {
      status: "failed",
      reason: toReasonJson({ name: "SentinelKeyMissing", args: [], sentence }),
    });
    return undefined;
  }
  const gas = await measure(deps, control, data);
  if (gas === undefined) return undefined;
  const signed = await wallet.sign({ to: manager, data, gas, nonce, ...(await wallet.getFees()) });
  return db.transaction().execute(async (tx) => {
    await holdLane(tx, { chainId, instance }, lane);
    const changes = { status: "submitted", wallet: wallet.address, nonce, transaction_hash: signed.hash } as const;
    if (!(await updateControl(tx, control, { ...changes, attempts: control.attempts + 1 }))) return undefined;
    await insertTransaction(tx, { chainId, wallet: wallet.address }, signed, []);
    log.info({ kind: control.kind, sessionId: control.session_id, hash: signed.hash }, "A call of the manager is sent");
    return signed;
  });
}

/** Its gas; nothing if it would revert, which then is what became of it. */
async function measure({ db, rpc, wallet, log, config }: Deps, control: ControlRow, data: Hex) {
  try {
    const { manager, batch } = config;
    return await measureControl(rpc, { from: wallet.address, manager, data, gasMax: batch.gasMax });
  } catch (error) {
    if (!(error instanceof CallRevertedError)) throw error;
    const { kind, session_id } = control;
    const reason = toErrorSentence(error.data);
    log.warn({ kind, sessionId: session_id, reason: reason.name }, "A call would fail, so it is not sent");
    await updateControl(db, control, { status: "failed", reason: toReasonJson(reason) });
    return undefined;
  }
}
