import type { Kysely } from "kysely";
import type { Hex } from "viem";
import type { Indexer } from "../chain/createIndexer.ts";
import type { Rpc } from "../chain/rpc.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import { findBatch, storeBatch } from "./claimBatch.ts";
import type { Wallet } from "./createWallet.ts";
import { createReconcile } from "./reconcile.ts";
import {
  insertTransaction,
  listOpenTransactions,
  listOrderHashes,
  type SignedTransaction,
  type TransactionRow,
} from "./transactionRows.ts";

type Deps = {
  db: Kysely<Database>;
  rpc: Rpc;
  indexer: Indexer;
  wallet: Wallet;
  log: Log;
  config: Pick<
    Config,
    "chainId" | "manager" | "batch" | "confirmations" | "pendingTransactionsMax" | "pollIntervalMs" | "replaceAfterMs"
  >;
};

/** A transaction that the node may have forgotten is sent again this often. */
const rebroadcastMs = 5_000;
/** Batches signed in one go before the chain is looked at again. */
const batchesAtOnce = 4;

/** Puts accepted orders into transactions and follows those until they are mined. One run at a time. */
export function createSubmission(deps: Deps) {
  const { db, rpc, indexer, wallet, log, config } = deps;
  const { chainId } = config;
  const of = { chainId, wallet: wallet.address };
  const reconcile = createReconcile(deps);
  const sentAt = new Map<string, number>();
  let reconciledAt: string | undefined;
  let open: TransactionRow[] = [];
  let nonceOnChain = 0;

  async function broadcast({ hash, raw }: { hash: string; raw: string }): Promise<void> {
    sentAt.set(hash, Date.now());
    try {
      await rpc.sendRawTransaction(raw as Hex);
    } catch (error) {
      // It is stored and will be sent again; that the node has it, or has mined it, is no news.
      const isKnown = error instanceof Error && /already known|already imported|nonce too low/i.test(error.message);
      if (!isKnown) log.warn({ err: error, hash }, "A transaction was not taken by the node");
    }
  }

  async function rebroadcast(): Promise<void> {
    const now = Date.now();
    const waiting = open.filter(({ status, nonce }) => status === "pending" && nonce >= nonceOnChain);
    for (const hash of sentAt.keys()) if (!open.some((row) => row.hash === hash)) sentAt.delete(hash);
    for (const row of waiting) {
      if (now - (sentAt.get(row.hash) ?? 0) >= rebroadcastMs) await broadcast(row);
    }
  }

  /** Nonces below a stored one that no transaction has would hold up everything after them. */
  async function fillGaps(): Promise<void> {
    const nonces = new Set(open.map(({ nonce }) => nonce));
    const last = Math.max(nonceOnChain - 1, ...nonces);
    const missing = Array.from({ length: last - nonceOnChain + 1 }, (_, index) => nonceOnChain + index).filter(
      (nonce) => !nonces.has(nonce),
    );
    const [first] = missing;
    if (first === undefined || (await rpc.getTransactionCount(wallet.address, "pending")) > first) return;
    log.warn({ nonce: first }, "A nonce without a transaction is filled with an empty one");
    const empty = { to: wallet.address, data: "0x", gas: 21_000, nonce: first } as const;
    const signed = await wallet.sign({ ...empty, ...(await wallet.getFees()) });
    await insertTransaction(db, of, signed, []);
    open = await listOpenTransactions(db, of);
    await broadcast(signed);
  }

  /** Raises the fees of transactions that are not mined in time. */
  async function replaceStuck(): Promise<void> {
    const before = Date.now() - config.replaceAfterMs;
    const stuck = open.filter(
      ({ status, nonce, created_at }) => status === "pending" && nonce >= nonceOnChain && created_at < before,
    );
    for (const row of stuck) {
      const signed = await wallet.resign(row.raw as Hex, await wallet.getFees());
      if (signed === undefined) {
        log.debug({ hash: row.hash, nonce: row.nonce }, "A stuck transaction is at the ceiling of fees");
        continue;
      }
      await replace(row, signed);
      log.info({ hash: row.hash, by: signed.hash, nonce: row.nonce }, "A stuck transaction is replaced");
      await broadcast(signed);
    }
    if (stuck.length > 0) open = await listOpenTransactions(db, of);
  }

  function replace(row: TransactionRow, signed: SignedTransaction): Promise<void> {
    return db.transaction().execute(async (tx) => {
      const orderHashes = await listOrderHashes(tx, chainId, row.hash);
      await tx
        .updateTable("transactions")
        .set({ status: "replaced" })
        .where("chain_id", "=", chainId)
        .where("hash", "=", row.hash)
        .execute();
      await insertTransaction(tx, of, signed, orderHashes);
      await tx
        .updateTable("orders")
        .set({ transaction_hash: signed.hash })
        .where("chain_id", "=", chainId)
        .where("transaction_hash", "=", row.hash)
        .where("status", "=", "submitted")
        .execute();
    });
  }

  /** Signs, stores and broadcasts what waits. Returns how long until the next batch is due, if that is known. */
  async function submitBatches(signal: AbortSignal): Promise<number | undefined> {
    for (let count = 0; count < batchesAtOnce && !signal.aborted; count += 1) {
      const nonces = new Set(open.map(({ nonce }) => nonce));
      const unmined = [...nonces].filter((nonce) => nonce >= nonceOnChain);
      if (unmined.length >= config.pendingTransactionsMax) return undefined;
      const batch = await findBatch(db, config);
      if (batch === undefined) return undefined;
      if ("waitMs" in batch) return batch.waitMs;
      const pending = await rpc.getTransactionCount(wallet.address, "pending");
      const signed = await storeBatch(deps, batch, Math.max(pending, nonceOnChain, ...[...nonces].map((n) => n + 1)));
      if (signed === undefined) continue;
      log.info({ hash: signed.hash, nonce: signed.nonce, orders: batch.orderHashes.length }, "A batch is submitted");
      open = [...open, { ...toRow(signed), chain_id: chainId, wallet: wallet.address }];
      await broadcast(signed);
    }
    return 0;
  }

  return {
    /** Does what there is to do. Returns how long until there may be more, at most the polling interval. */
    async run(signal: AbortSignal): Promise<number> {
      const head = indexer.getHead();
      if (head === undefined) return config.pollIntervalMs;
      if (reconciledAt !== head.hash) {
        ({ open, nonceOnChain } = await reconcile());
        reconciledAt = head.hash;
      }
      await fillGaps();
      await rebroadcast();
      await replaceStuck();
      const waitMs = await submitBatches(signal);
      return Math.min(config.pollIntervalMs, waitMs ?? config.pollIntervalMs);
    },
  };
}

function toRow(signed: SignedTransaction): Omit<TransactionRow, "chain_id" | "wallet"> {
  return {
    hash: signed.hash,
    nonce: signed.nonce,
    raw: signed.raw,
    gas: signed.gas,
    max_fee_per_gas: signed.maxFeePerGas.toString(),
    max_priority_fee_per_gas: signed.maxPriorityFeePerGas.toString(),
    status: "pending",
    created_at: Date.now(),
    block_number: null,
  };
}
