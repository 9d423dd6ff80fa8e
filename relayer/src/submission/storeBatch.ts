import { sessionManagerAbi } from "@latchkey/sdk";
import { sql, type Kysely } from "kysely";
import { encodeFunctionData } from "viem";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import type { Batch } from "./claimOrders.ts";
import type { Wallet } from "./createWallet.ts";
import { holdLane, type Lane } from "./laneRows.ts";
import { insertTransaction, type SignedTransaction } from "./transactionRows.ts";

type Deps = {
  db: Kysely<Database>;
  wallet: Wallet;
  instance: string;
  config: Pick<Config, "chainId" | "manager">;
};

/**
 * Signs the batch and stores it with its orders in one database transaction, which checks that the lane is still this
 * instance's: so whoever has the lane next finds what was, or may have been, broadcast. Returns nothing if one of the orders
 * has meanwhile become final. Throws `LaneLostError`.
 */
export async function storeBatch(
  { db, wallet, instance, config }: Deps,
  lane: Lane,
  { orderHashes, packed, gas }: Batch,
  nonce: number,
): Promise<SignedTransaction | undefined> {
  const { chainId } = config;
  const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "executeBatch", args: [packed] });
  const signed = await wallet.sign({ to: config.manager, data, gas, nonce, ...(await wallet.getFees()) });
  return db.transaction().execute(async (tx) => {
    await holdLane(tx, { chainId, instance }, lane);
    const { rows: ready } = await sql`select 1 from orders where chain_id = ${chainId}
      and order_hash = any(${orderHashes}::text[]) and status = 'accepted' and lane = ${lane.wallet} for update`.execute(
      tx,
    );
    if (ready.length !== orderHashes.length) return undefined;
    await insertTransaction(tx, { chainId, wallet: wallet.address }, signed, orderHashes);
    await sql`update orders set status = 'submitted', transaction_hash = ${signed.hash}, attempts = attempts + 1
      where chain_id = ${chainId} and order_hash = any(${orderHashes}::text[])`.execute(tx);
    return signed;
  });
}
