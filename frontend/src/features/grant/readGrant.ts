import { decodeAccountExecute, decodeGrant, hashSession, type Scope, type Session } from "@latchkey/sdk";
import type { Address, Hex } from "viem";
import { ReviewError } from "../../lib/errors.ts";
import { isSameAddress } from "../../lib/format.ts";

export type ReadGrant = { id: Hex; session: Session; scopes: readonly Scope[] };

/**
 * What `calldata`, sent to `account`, grants. The review is made from this alone, so that it can't say anything but what
 * is signed.
 * @throws {ReviewError} unless the bytes are exactly one grant of `account`, and nothing beside it.
 */
export const readGrant = (calldata: Hex, { manager, account }: { manager: Address; account: Address }): ReadGrant => {
  const [call, ...others] = decodeAccountExecute(calldata);
  if (call === undefined || others.length > 0) throw new ReviewError("The transaction is not exactly one call.");
  if (!isSameAddress(call.target, manager))
    throw new ReviewError("The transaction calls something else than the manager.");
  if (call.value !== 0n) throw new ReviewError("The transaction would send coins along with the grant.");
  const { session, scopes } = decodeGrant(call.data);
  if (!isSameAddress(session.account, account)) throw new ReviewError("The grant is for another account.");
  return { id: hashSession(session), session, scopes };
};
