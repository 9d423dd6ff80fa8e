import { sessionManagerAbi } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { encodeFunctionData, type Hex } from "viem";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import { toBatchGas } from "./batchGas.ts";
import type { Wallet } from "./createWallet.ts";
import { insertTransaction, type SignedTransaction } from "./transactionRows.ts";

export type Batch = { orderHashes: string[]; packed: Hex[]; gas: number };

type Waiting = { order_hash: string; packed: string; gas_limit: number; accepted_at: number };

/** The orders that go next, in acceptance order; or how long to wait for more of them. */
export async function findBatch(
  db: Kysely<Database>,
  { chainId, batch }: Pick<Config, "chainId" | "batch">,
): Promise<Batch | { waitMs: number } | undefined> {
  const waiting: Waiting[] = await db
    .selectFrom("orders")
    .select(["order_hash", "packed", "gas_limit", "accepted_at"])
    .where("chain_id", "=", chainId)
    .where("status", "=", "accepted")
    .where("not_before", "<=", Date.now())
    .orderBy("sequence")
    .limit(batch.ordersMax)
    .execute();
  const [oldest] = waiting;
  if (oldest === undefined) return undefined;
  const { taken, gas } = takeFitting(waiting, batch.gasMax);
  const isFull = taken.length === batch.ordersMax || taken.length < waiting.length;
  const waitMs = oldest.accepted_at + batch.ageMaxMs - Date.now();
  if (!isFull && waitMs > 0) return { waitMs };
  return {
    orderHashes: taken.map(({ order_hash }) => order_hash),
    packed: taken.map(({ packed }) => packed as Hex),
    gas,
  };
}

function takeFitting(waiting: readonly Waiting[], gasMax: number): { taken: readonly Waiting[]; gas: number } {
  const toGas = (orders: readonly Waiting[]) =>
    toBatchGas(orders.map(({ gas_limit, packed }) => ({ gasLimit: gas_limit, packed: packed as Hex })));
  let count = 1;
  // Admission has seen to it that one always fits.
  while (count < waiting.length && toGas(waiting.slice(0, count + 1)) <= gasMax) count += 1;
  const taken = waiting.slice(0, count);
  return { taken, gas: toGas(taken) };
}

/**
 * Signs the batch and stores it with its orders in one database transaction, so that it can be broadcast again by whoever
 * finds it. Returns nothing if one of the orders has meanwhile become final.
 */
export async function storeBatch(
  deps: { db: Kysely<Database>; wallet: Wallet; config: Pick<Config, "chainId" | "manager"> },
  { orderHashes, packed, gas }: Batch,
  nonce: number,
): Promise<SignedTransaction | undefined> {
  const { db, wallet, config } = deps;
  const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "executeBatch", args: [packed] });
  const signed = await wallet.sign({ to: config.manager, data, gas, nonce, ...(await wallet.getFees()) });
  return db.transaction().execute(async (tx) => {
    const claimed = await tx
      .selectFrom("orders")
      .select("order_hash")
      .where("chain_id", "=", config.chainId)
      .where("order_hash", "in", orderHashes)
      .where("status", "=", "accepted")
      .forUpdate()
      .execute();
    if (claimed.length !== orderHashes.length) return undefined;
    await insertTransaction(tx, { chainId: config.chainId, wallet: wallet.address }, signed, orderHashes);
    await tx
      .updateTable("orders")
      .set((column) => ({
        status: "submitted",
        transaction_hash: signed.hash,
        attempts: column("attempts", "+", 1),
      }))
      .where("chain_id", "=", config.chainId)
      .where("order_hash", "in", orderHashes)
      .execute();
    return signed;
  });
}
