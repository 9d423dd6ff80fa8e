import { createHash } from "node:crypto";
import { sql, type RawBuilder } from "kysely";
import type { Db } from "../db/chainRows.ts";
import { ProblemError } from "../problem.ts";
import type { RequestNonce } from "./principal.ts";

/** Clocks may differ by this much from ours, in seconds, either way. */
export const clockSkewSeconds = 30;

/** Keys are as long as clients make them. */
const toStored = (key: string): string => createHash("sha256").update(key).digest("hex");

export async function isRequestNonceUsed(db: Db, chainId: number, key: string): Promise<boolean> {
  const row = await db
    .selectFrom("auth_nonces")
    .select("nonce")
    .where("chain_id", "=", chainId)
    .where("nonce", "=", toStored(key))
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Uses a nonce up, as the last act of the transaction that does what its request asks: a request that is refused uses
 * nothing. Gives a row if it was unused.
 */
export function insertRequestNonce(chainId: number, { key, expiresAt }: RequestNonce): RawBuilder<{ nonce: string }> {
  // The signature is taken a little longer than it says.
  return sql<{ nonce: string }>`insert into auth_nonces (chain_id, nonce, expires_at)
    values (${chainId}, ${toStored(key)}, ${(expiresAt + 2 * clockSkewSeconds) * 1_000})
    on conflict do nothing returning nonce`;
}

/** Throws `request-replayed`, which must roll the transaction back. */
export async function consumeRequestNonce(db: Db, chainId: number, nonce: RequestNonce): Promise<void> {
  const { rows } = await insertRequestNonce(chainId, nonce).execute(db);
  if (rows.length === 0) throw toReplayed();
}

export function toReplayed(): ProblemError {
  return new ProblemError(
    "request-replayed",
    "The nonce of the request's signature has been used: sign with a new one",
  );
}

export async function deleteExpiredRequestNonces(db: Db, chainId: number): Promise<void> {
  await db.deleteFrom("auth_nonces").where("chain_id", "=", chainId).where("expires_at", "<", Date.now()).execute();
}
