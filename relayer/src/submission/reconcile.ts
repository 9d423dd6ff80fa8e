import { sql, type Kysely } from "kysely";
import type { Hex } from "viem";
import type { Indexer } from "../chain/createIndexer.ts";
import type { Rpc } from "../chain/createRpc.ts";
import type { Config } from "../config.ts";
import type { Db } from "../db/chainRows.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import type { Wallet } from "./createWallet.ts";
import { attemptsMax, hasRun } from "./settleOrders.ts";
import {
  dropNonce,
  listOpenTransactions,
  listOrderHashes,
  type OpenTransaction,
  type TransactionRow,
} from "./transactionRows.ts";
import { toReasonJson } from "./toReasonJson.ts";

export type ReconcileDeps = {
  db: Kysely<Database>;
  rpc: Rpc;
  indexer: Indexer;
  wallet: Pick<Wallet, "address">;
  log: Log;
  config: Pick<Config, "chainId" | "confirmations">;
};

/** Blocks in which a used nonce has no receipt of ours before someone else's transaction counts as having taken it. */
const missingBlocksMax = 3;

/**
 * Compares the stored transactions with the chain: finds which were mined, and sends orders back to wait whose transaction
 * was not, or undid them.
 */
export function createReconcile(deps: ReconcileDeps) {
  const { db, rpc, indexer, wallet, log, config } = deps;
  const { chainId } = config;
  const of = { chainId, wallet: wallet.address };
  /** By nonce: the block in which it was first seen used by nothing of ours. */
  const missingSince = new Map<number, number>();

  async function reconcileNonce(
    transactions: readonly TransactionRow[],
    minedIn: ReadonlyMap<string, number>,
    settledTo: number,
  ): Promise<void> {
    const [newest] = transactions;
    if (newest === undefined) return;
    for (const { hash, nonce } of transactions) {
      const blockNumber = minedIn.get(hash) ?? (await findReceipt(hash, settledTo));
      if (blockNumber === undefined) continue;
      missingSince.delete(nonce);
      // Its outcome is read from the blocks; until the block is read and deep enough it is under way.
      if (blockNumber === "later" || blockNumber > settledTo) return;
      await db.transaction().execute(async (tx) => {
        await tx
          .updateTable("transactions")
          .set({ status: "mined", block_number: blockNumber })
          .where("chain_id", "=", chainId)
          .where("hash", "=", hash)
          .execute();
        await dropNonce(tx, of, nonce, hash);
        await releaseUndone(tx, hash);
      });
      return;
    }
    const since = missingSince.get(newest.nonce) ?? settledTo;
    missingSince.set(newest.nonce, since);
    if (settledTo - since < missingBlocksMax) return;
    missingSince.delete(newest.nonce);
    log.warn({ nonce: newest.nonce }, "Someone else's transaction of the hot wallet took a nonce");
    await dropNonce(db, of, newest.nonce);
  }

  /** Its block; `later` if that is not settled. For what the events do not tell, such as a transaction that failed as a whole. */
  async function findReceipt(hash: string, settledTo: number): Promise<number | "later" | undefined> {
    const receipt = await rpc.getReceipt(hash as Hex);
    if (receipt === undefined) return undefined;
    if (receipt.blockNumber > settledTo || !(await isCanonical(receipt))) return "later";
    return receipt.blockNumber;
  }

  /** Blocks of the transactions that the stored events name. */
  async function findMined(transactions: readonly TransactionRow[]): Promise<Map<string, number>> {
    const { rows } = await sql<{ transaction_hash: string; block_number: number }>`select distinct transaction_hash,
      block_number from events where chain_id = ${chainId}
      and transaction_hash = any(${transactions.map(({ hash }) => hash)}::text[])`.execute(db);
    return new Map(rows.map(({ transaction_hash, block_number }) => [transaction_hash, block_number]));
  }

  async function isCanonical({ blockNumber, blockHash }: { blockNumber: number; blockHash: string }): Promise<boolean> {
    return (await rpc.getBlock(blockNumber))?.hash === blockHash;
  }

  /** Orders of a mined transaction that no event speaks of: the transaction failed as a whole, and used nothing. */
  async function releaseUndone(tx: Db, hash: string): Promise<void> {
    const hashes = await listOrderHashes(tx, chainId, hash);
    if (hashes.length === 0) return;
    const left = await tx
      .selectFrom("orders")
      .select(["order_hash", "attempts"])
      .where("chain_id", "=", chainId)
      .where("order_hash", "in", hashes)
      .where("transaction_hash", "=", hash)
      .where("status", "=", "submitted")
      .execute();
    for (const { order_hash, attempts } of left) {
      const sentence = `The transaction ${hash} failed as a whole, ${attempts} times in all.`;
      const reason = toReasonJson({ name: "TransactionFailed", args: [hash, attempts], sentence });
      await tx
        .updateTable("orders")
        .set(
          attempts < attemptsMax
            ? { status: "accepted", lane: null }
            : { status: "failed", holds_nonce: false, reason },
        )
        .where("chain_id", "=", chainId)
        .where("order_hash", "=", order_hash)
        .execute();
    }
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
    const head = indexer.getHead();
    if (head !== undefined) {
      const used = (await listOpenTransactions(db, of)).filter(({ nonce }) => nonce < nonceOnChain);
      const settledTo = head.number - config.confirmations + 1;
      const minedIn = await findMined(used);
      for (const nonce of new Set(used.map((row) => row.nonce))) {
        await reconcileNonce(
          used.filter((row) => row.nonce === nonce),
          minedIn,
          settledTo,
        );
      }
      if (isThorough || used.some(({ hash }) => !minedIn.has(hash))) await releaseOrphans();
    }
    return { open: await listOpenTransactions(db, of), nonceOnChain };
  };
}
