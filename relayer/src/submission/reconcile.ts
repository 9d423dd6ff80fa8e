import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Hex } from "viem";
import type { Indexer } from "../chain/createIndexer.ts";
import type { Rpc } from "../chain/createRpc.ts";
import type { Config } from "../config.ts";
import type { Pipeline } from "../db/createPipeline.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import type { Wallet } from "./createWallet.ts";
import { attemptsMax, hasRun } from "./settleOrders.ts";
import { dropNonces, listOpenTransactions, type OpenTransaction } from "./transactionRows.ts";
import { toReasonJson } from "./toReasonJson.ts";

export type ReconcileDeps = {
  db: Kysely<Database>;
  pipeline: Pipeline;
  rpc: Rpc;
  indexer: Indexer;
  wallet: Pick<Wallet, "address">;
  log: Log;
  config: Pick<Config, "chainId" | "confirmations">;
};

type MinedTransaction = { hash: string; nonce: number; blockNumber: number };
type Undone = { order_hash: string; attempts: number; transaction_hash: string };

/** Notes in which blocks they were mined. */
export function updateMinedTransactions(chainId: number, mined: readonly MinedTransaction[]): RawBuilder<object> {
  const hashes = mined.map(({ hash }) => hash);
  return sql`update transactions set status = 'mined', block_number = row.block_number
    from unnest(${hashes}::text[], ${mined.map(({ blockNumber }) => blockNumber)}::int8[]) as row (hash, block_number)
    where chain_id = ${chainId} and transactions.hash = row.hash`;
}

/** Orders of mined transactions that no event speaks of. (Sought transaction by transaction: `offset 0` keeps the planner to it.) */
export function selectUndone(chainId: number, mined: readonly MinedTransaction[]): RawBuilder<Undone> {
  return sql<Undone>`select undone.* from unnest(${mined.map(({ hash }) => hash)}::text[]) as wanted (hash)
    cross join lateral (select order_hash, attempts, transaction_hash from orders
      where chain_id = ${chainId} and transaction_hash = wanted.hash and status = 'submitted' offset 0) as undone`;
}

/** It waits for another transaction, or fails after too many. */
export function releaseUndone(
  chainId: number,
  { order_hash, attempts, transaction_hash: hash }: Undone,
): RawBuilder<object> {
  const sentence = `The transaction ${hash} failed as a whole, ${attempts} times in all.`;
  const reason = toReasonJson({ name: "TransactionFailed", args: [hash, attempts], sentence });
  const changes =
    attempts < attemptsMax
      ? sql`status = 'accepted', lane = null`
      : sql`status = 'failed', holds_nonce = false, reason = ${reason}`;
  return sql`update orders set ${changes}
    where chain_id = ${chainId} and order_hash = ${order_hash} and (status = 'submitted') is true`;
}

/** Blocks in which a used nonce has no receipt of ours before someone else's transaction counts as having taken it. */
const missingBlocksMax = 3;

/**
 * Compares the stored transactions with the chain: finds which were mined, and sends orders back to wait whose transaction
 * was not, or undid them.
 */
export function createReconcile(deps: ReconcileDeps) {
  const { db, pipeline, rpc, indexer, wallet, log, config } = deps;
  const { chainId } = config;
  const of = { chainId, wallet: wallet.address };
  /** By nonce: the block in which it was first seen used by nothing of ours. */
  const missingSince = new Map<number, number>();

  /** The transaction that used the nonce, if one did in a block that is settled. */
  async function reconcileNonce(
    transactions: readonly OpenTransaction[],
    minedIn: ReadonlyMap<string, number>,
    settledTo: number,
  ): Promise<MinedTransaction | undefined> {
    const [newest] = transactions;
    if (newest === undefined) return undefined;
    for (const { hash, nonce } of transactions) {
      const blockNumber = minedIn.get(hash) ?? (await findReceipt(hash, settledTo));
      if (blockNumber === undefined) continue;
      missingSince.delete(nonce);
      // Its outcome is read from the blocks; until the block is read and deep enough it is under way.
      return blockNumber === "later" || blockNumber > settledTo ? undefined : { hash, nonce, blockNumber };
    }
    const since = missingSince.get(newest.nonce) ?? settledTo;
    missingSince.set(newest.nonce, since);
    if (settledTo - since < missingBlocksMax) return undefined;
    missingSince.delete(newest.nonce);
    log.warn({ nonce: newest.nonce }, "Someone else's transaction of the hot wallet took a nonce");
    await dropNonces(of, [newest.nonce]).execute(db);
    return undefined;
  }

  /**
   * Notes what was mined, and that other transactions of the same nonces will not be. Orders that no event speaks of were in
   * one that failed as a whole, and have used nothing.
   */
  async function storeMined(mined: readonly MinedTransaction[]): Promise<void> {
    if (mined.length === 0) return;
    await pipeline.transaction(async ({ run, commit }) => {
      const [, , undone] = await Promise.all([
        run(updateMinedTransactions(chainId, mined)),
        run(
          dropNonces(
            of,
            mined.map(({ nonce }) => nonce),
          ),
        ),
        run(selectUndone(chainId, mined)),
      ]);
      for (const order of undone) await run(releaseUndone(chainId, order));
      await commit();
    });
  }

  /** Its block; `later` if that is not settled. For what the events do not tell, such as a transaction that failed as a whole. */
  async function findReceipt(hash: string, settledTo: number): Promise<number | "later" | undefined> {
    const receipt = await rpc.getReceipt(hash as Hex);
    if (receipt === undefined) return undefined;
    if (receipt.blockNumber > settledTo || !(await isCanonical(receipt))) return "later";
    return receipt.blockNumber;
  }

  /** Blocks of the transactions that the stored events name. */
  async function findMined(transactions: readonly OpenTransaction[]): Promise<Map<string, number>> {
    if (transactions.length === 0) return new Map();
    const { rows } = await sql<{ transaction_hash: string; block_number: number }>`select distinct transaction_hash,
      block_number from events where chain_id = ${chainId}
      and transaction_hash = any(${transactions.map(({ hash }) => hash)}::text[])`.execute(db);
    return new Map(rows.map(({ transaction_hash, block_number }) => [transaction_hash, block_number]));
  }

  async function isCanonical({ blockNumber, blockHash }: { blockNumber: number; blockHash: string }): Promise<boolean> {
    return (await rpc.getBlock(blockNumber))?.hash === blockHash;
  }

  /** Orders said to be submitted that are in no transaction that may still be mined. */
  async function releaseOrphans(): Promise<void> {
    const orphans = await db
      .selectFrom("orders")
      .select("order_hash")
      .where("chain_id", "=", chainId)
      .where("status", "=", "submitted")
      .where("lane", "=", wallet.address)
      .where((build) =>
        build.not(
          build.exists(
            build
              .selectFrom("transaction_orders")
              .innerJoin("transactions", (join) =>
                join
                  .onRef("transactions.hash", "=", "transaction_orders.transaction_hash")
                  .onRef("transactions.chain_id", "=", "transaction_orders.chain_id"),
              )
              .select("transactions.hash")
              .whereRef("transaction_orders.order_hash", "=", "orders.order_hash")
              .whereRef("transaction_orders.chain_id", "=", "orders.chain_id")
              .where("transactions.status", "in", ["pending", "replaced"]),
          ),
        ),
      )
      .execute();
    for (const { order_hash } of orphans) {
      if (await hasRun(db, chainId, order_hash)) continue;
      await db
        .updateTable("orders")
        .set({ status: "accepted", lane: null })
        .where("chain_id", "=", chainId)
        .where("order_hash", "=", order_hash)
        .where("status", "=", "submitted")
        .execute();
      log.warn({ orderHash: order_hash }, "An order whose transaction is gone waits for another one");
    }
  }

  /**
   * Returns what is still open, and the wallet's next nonce on chain. A thorough one also looks for orders whose
   * transaction is gone, which nothing tells of.
   */
  return async function reconcile({
    isThorough,
  }: {
    isThorough: boolean;
  }): Promise<{ open: OpenTransaction[]; nonceOnChain: number }> {
    // Before the receipts, so that a nonce that counts as used has a receipt by then.
    const nonceOnChain = await rpc.getTransactionCount(wallet.address, "latest");
    const before = await listOpenTransactions(db, of);
    const head = indexer.getHead();
    if (head === undefined) return { open: before, nonceOnChain };
    const used = before.filter(({ nonce }) => nonce < nonceOnChain);
    const settledTo = head.number - config.confirmations + 1;
    const minedIn = await findMined(used);
    const mined: MinedTransaction[] = [];
    for (const nonce of new Set(used.map((row) => row.nonce))) {
      const ofNonce = used.filter((row) => row.nonce === nonce);
      const found = await reconcileNonce(ofNonce, minedIn, settledTo);
      if (found !== undefined) mined.push(found);
    }
    await storeMined(mined);
    if (isThorough || used.some(({ hash }) => !minedIn.has(hash))) await releaseOrphans();
    return { open: used.length === 0 ? before : await listOpenTransactions(db, of), nonceOnChain };
  };
}
