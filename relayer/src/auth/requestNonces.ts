import { createHash } from "node:crypto";
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
 * Uses nonces up, as the last act of the transaction that does what their requests ask: a request that is refused uses
 * nothing. Says of each whether it was unused; absent ones are.
 */
export async function consumeRequestNonces(
  db: Db,
  chainId: number,
  nonces: readonly (RequestNonce | undefined)[],
): Promise<boolean[]> {
  const rows = nonces.flatMap((nonce) => (nonce === undefined ? [] : [toRow(chainId, nonce)]));
  if (rows.length === 0) return nonces.map(() => true);
  const inserted = await db
    .insertInto("auth_nonces")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning("nonce")
    .execute();
  const fresh = new Set(inserted.map(({ nonce }) => nonce));
  // The same nonce twice in one transaction is good for the first.
  return nonces.map((nonce) => nonce === undefined || fresh.delete(toStored(nonce.key)));
}

/** Of one request. Throws `request-replayed`, which must roll the transaction back. */
export async function consumeRequestNonce(db: Db, chainId: number, nonce: RequestNonce): Promise<void> {
  const [isFresh] = await consumeRequestNonces(db, chainId, [nonce]);
  if (isFresh !== true) throw toReplayed();
}

function toRow(chainId: number, { key, expiresAt }: RequestNonce) {
  // The signature is taken a little longer than it says.
  return { chain_id: chainId, nonce: toStored(key), expires_at: (expiresAt + 2 * clockSkewSeconds) * 1_000 };
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
