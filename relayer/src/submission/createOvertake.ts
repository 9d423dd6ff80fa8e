import { sessionManagerAbi } from "@latchkey/sdk";
import { encodeFunctionData } from "viem";
import type { Indexer } from "../chain/createIndexer.ts";
import { toBatchGas } from "./batchGas.ts";
import type { LaneDeps } from "./createLane.ts";
import { holdLane, type Lane } from "./laneRows.ts";
import { listOvertaken, lockWaiting, putInto, type Overtaking } from "./overtaking.ts";
import { readRaw, replaceTransaction, type OpenTransaction, type SignedTransaction } from "./transactionRows.ts";

type Deps = Pick<LaneDeps, "db" | "wallet" | "instance" | "log" | "config"> & { indexer: Pick<Indexer, "getHead"> };

/** More than a wallet ever has in flight. */
const noncesKept = 1_000;
/** EIP-7825. */
const transactionGasMax = 16_777_216;

/**
 * Puts orders without calls in the places of their rivals, in a transaction of the same nonce with higher fees: behind the
 * one that waits to be mined they would come too late. Which of the two is mined decides, and ends both orders.
 */
export function createOvertake({ db, wallet, instance, indexer, log, config }: Deps, lane: Lane) {
  const { chainId } = config;
  const of = { chainId, wallet: wallet.address };
  /** By nonce: the block in which it was last done. More often it would only raise the fees. */
  const doneIn = new Map<number, string>();

  /** Returns what is to be broadcast, if anything is. */
  return async function overtake(
    row: OpenTransaction,
    overtakings: readonly Overtaking[],
  ): Promise<SignedTransaction | undefined> {
    const head = indexer.getHead()?.hash;
    if (head === undefined || doneIn.get(row.nonce) === head) return undefined;
    for (const nonce of doneIn.keys()) if (nonce < row.nonce - noncesKept) doneIn.delete(nonce);
    doneIn.set(row.nonce, head);
    const batch = await listOvertaken(db, chainId, row.hash, overtakings);
    const gas = toBatchGas(batch.map(({ batch_gas }) => batch_gas));
    const packed = batch.map((order) => order.packed);
    const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "executeBatch", args: [packed] });
    const fees = await wallet.getFees();
    const raw = await readRaw(db, chainId, row.hash);
    const signed = gas < transactionGasMax ? await wallet.resign(raw, fees, { data, gas }) : undefined;
    const fields = { lane: lane.wallet, hash: row.hash, nonce: row.nonce };
    if (signed === undefined) {
      log.warn(fields, "Cancellations wait: the transaction cannot be replaced within the bounds of fees and gas");
      return undefined;
    }
    const cancels = overtakings.map(({ cancel }) => cancel);
    const isStored = await db.transaction().execute(async (tx) => {
      await holdLane(tx, { chainId, instance }, lane);
      if (!(await lockWaiting(tx, chainId, cancels))) return false;
      const rivals = overtakings.map(({ rival }) => rival);
      await replaceTransaction(tx, of, row.hash, {
        signed,
        orderHashes: batch.map(({ order_hash }) => order_hash),
        rivals,
      });
      await putInto(tx, of, signed.hash, cancels);
      return true;
    });
    if (!isStored) return undefined;
    log.info({ ...fields, by: signed.hash, orders: cancels.length }, "A transaction is replaced by cancellations");
    return signed;
  };
}
