import { sql, type RawBuilder, type Selectable } from "kysely";
import type { Hex } from "viem";
import type { Db } from "../db/chainRows.ts";
import { databaseNow } from "../db/databaseNow.ts";
import type { Database } from "../db/schema.ts";

/**
 * One that may still be mined, with its age in milliseconds when it was read, by the database's clock. Without what was
 * signed, which is long: `readRaw` has it.
 */
export type OpenTransaction = Omit<Selectable<Database["transactions"]>, "raw"> & { age_ms: number };

export type SignedTransaction = {
  hash: Hex;
  raw: Hex;
  nonce: number;
  gas: number;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
};

type Of = { chainId: number; wallet: string };

/** Transactions that may still be mined, by nonce; of one nonce the newest first. */
export function listOpenTransactions(db: Db, { chainId, wallet }: Of): Promise<OpenTransaction[]> {
  return db
    .selectFrom("transactions")
    .select(["chain_id", "hash", "wallet", "nonce", "gas", "max_fee_per_gas", "max_priority_fee_per_gas", "status"])
    .select(["created_at", "block_number", sql<number>`${databaseNow} - created_at`.as("age_ms")])
    .where("chain_id", "=", chainId)
    .where("wallet", "=", wallet)
    .where("status", "in", ["pending", "replaced"])
    .orderBy("nonce")
    .orderBy("created_at", "desc")
    .execute();
}

/** The transaction as it was signed. It is deleted for its age only when it is mined or dropped. */
export async function readRaw(db: Db, chainId: number, hash: string): Promise<Hex> {
  const { raw } = await db
    .selectFrom("transactions")
    .select("raw")
    .where("chain_id", "=", chainId)
    .where("hash", "=", hash)
    .executeTakeFirstOrThrow();
  if (raw === null) throw new Error(`The transaction ${hash} is not stored any more as it was signed`);
  return raw as Hex;
}

/** Stores a signed transaction with its orders, before anyone else sees it. */
export async function insertTransaction(
  db: Db,
  of: Of,
  signed: SignedTransaction,
  orderHashes: readonly string[],
): Promise<void> {
  await insertSigned(of, signed).execute(db);
  if (orderHashes.length > 0) await insertTransactionOrders(of, signed, orderHashes).execute(db);
}

export function insertSigned({ chainId, wallet }: Of, signed: SignedTransaction): RawBuilder<object> {
  const row = toRow(signed);
  return sql`insert into transactions (chain_id, wallet, hash, nonce, raw, gas, max_fee_per_gas, max_priority_fee_per_gas,
      status, created_at)
    values (${chainId}, ${wallet}, ${row.hash}, ${row.nonce}, ${signed.raw}, ${row.gas}, ${row.max_fee_per_gas},
      ${row.max_priority_fee_per_gas}, ${row.status}, ${databaseNow})`;
}

/** In their order. */
export function insertTransactionOrders(
  { chainId }: Pick<Of, "chainId">,
  { hash }: SignedTransaction,
  orderHashes: readonly string[],
): RawBuilder<object> {
  return sql`insert into transaction_orders (chain_id, transaction_hash, position, order_hash)
    select ${chainId}::int8, ${hash}::text, number - 1, order_hash
    from unnest(${orderHashes}::text[]) with ordinality as rows (order_hash, number)`;
}

/** Hashes of the transaction's orders, in their order. */
async function listOrderHashes(db: Db, chainId: number, transactionHash: string): Promise<string[]> {
  const rows = await db
    .selectFrom("transaction_orders")
    .select("order_hash")
    .where("chain_id", "=", chainId)
    .where("transaction_hash", "=", transactionHash)
    .orderBy("position")
    .execute();
  return rows.map(({ order_hash }) => order_hash);
}

/** Marks what is open of the wallet's nonces as transactions that will not be mined. */
export function dropNonces({ chainId, wallet }: Of, nonces: readonly number[]): RawBuilder<object> {
  return sql`update transactions set status = 'dropped'
    where chain_id = ${chainId} and wallet = ${wallet} and status in ('pending', 'replaced')
      and nonce = any(${nonces}::int8[])`;
}

/**
 * Stores `signed` in the place of a transaction that is not mined; that one may still be. It has the same orders, or
 * `orderHashes`; `rivals` are in the old one only.
 */
export async function replaceTransaction(
  db: Db,
  of: Of,
  hash: string,
  {
    signed,
    orderHashes,
    rivals = [],
  }: { signed: SignedTransaction; orderHashes?: readonly string[]; rivals?: readonly string[] },
): Promise<void> {
  const { chainId } = of;
  const hashes = orderHashes ?? (await listOrderHashes(db, chainId, hash));
  await db
    .updateTable("transactions")
    .set({ status: "replaced" })
    .where("chain_id", "=", chainId)
    .where("hash", "=", hash)
    .execute();
  await insertTransaction(db, of, signed, hashes);
  await db
    .updateTable("orders")
    .set({ transaction_hash: signed.hash })
    .where("chain_id", "=", chainId)
    .where("transaction_hash", "=", hash)
    .where("status", "=", "submitted")
    .$if(rivals.length > 0, (update) => update.where("order_hash", "not in", rivals))
    .execute();
}

/** Marks transactions as ones that are not waited for any more, and lets their orders wait for others. */
export async function dropTransactions(db: Db, chainId: number, hashes: readonly string[]): Promise<void> {
  await db
    .updateTable("transactions")
    .set({ status: "dropped" })
    .where("chain_id", "=", chainId)
    .where("hash", "in", hashes)
    .execute();
  await db
    .updateTable("orders")
    .set({ status: "accepted", lane: null })
    .where("chain_id", "=", chainId)
    .where("transaction_hash", "in", hashes)
    .where("status", "=", "submitted")
    .execute();
}

export function toRow(
  signed: SignedTransaction,
): Omit<OpenTransaction, "chain_id" | "wallet" | "created_at" | "age_ms"> {
  return {
    hash: signed.hash,
    nonce: signed.nonce,
    gas: signed.gas,
    max_fee_per_gas: signed.maxFeePerGas.toString(),
    max_priority_fee_per_gas: signed.maxPriorityFeePerGas.toString(),
    status: "pending",
    block_number: null,
  };
}
