import { sessionManagerAbi } from "@latchkey/sdk";
import { sql, type RawBuilder } from "kysely";
import { encodeFunctionData } from "viem";
import type { Config } from "../config.ts";
import type { Pipeline } from "../db/createPipeline.ts";
import type { Batch } from "./claimOrders.ts";
import type { Wallet } from "./createWallet.ts";
import { checkHeld, lockLane, type Lane } from "./laneRows.ts";
import { insertSigned, insertTransactionOrders, type SignedTransaction } from "./transactionRows.ts";

type Deps = {
  pipeline: Pipeline;
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
  { pipeline, wallet, instance, config }: Deps,
  lane: Lane,
  { orderHashes, packed, gas }: Batch,
  nonce: number,
): Promise<SignedTransaction | undefined> {
  const { chainId } = config;
  const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "executeBatch", args: [packed] });
  const signed = await wallet.sign({ to: config.manager, data, gas, nonce, ...(await wallet.getFees()) });
  const of = { chainId, wallet: wallet.address };
  return pipeline.transaction(async ({ run, commit, rollBack }) => {
    const [held, ready] = await Promise.all([
      run(lockLane({ chainId, instance }, lane)),
      run(updateSubmitted(chainId, { lane, hash: signed.hash, orderHashes })),
      run(insertSigned(of, signed)),
      run(insertTransactionOrders(of, signed, orderHashes)),
    ]);
    checkHeld(held, lane);
    if (ready.length !== orderHashes.length) {
      await rollBack();
      return undefined;
    }
    await commit();
    return signed;
  });
}

/** Notes the transaction of orders that a lane has claimed. What is no longer the lane's is left out. */
export function updateSubmitted(
  chainId: number,
  { lane, hash, orderHashes }: { lane: Pick<Lane, "wallet">; hash: string; orderHashes: readonly string[] },
): RawBuilder<{ order_hash: string }> {
  // Sought by their hashes, and only then compared (`is true` keeps the planner to it): the lane's own index is of orders
  // that change all the time.
  return sql<{ order_hash: string }>`update orders
    set status = 'submitted', transaction_hash = ${hash}, attempts = attempts + 1
    where chain_id = ${chainId} and order_hash = any(${orderHashes}::text[])
      and (status = 'accepted' and lane = ${lane.wallet}) is true
    returning order_hash`;
}
