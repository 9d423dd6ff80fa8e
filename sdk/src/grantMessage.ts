import { hashTypedData, type Hex } from "viem";
import {
  fromContractScope,
  fromContractSession,
  toContractScope,
  toContractSession,
  type ContractScope,
  type ContractSession,
} from "./contractTypes.ts";
import { EncodingError } from "./errors.ts";
import type { Scope } from "./scope.ts";
import { toScopesRoot } from "./scopesTree.ts";
import type { Session } from "./session.ts";
import { toTypedData, type LatchkeyDomain, type LatchkeyTypedData } from "./typedData.ts";

/** What an owner signs for `grantWithSignature`. */
export type GrantMessage = {
  session: Session;
  /** In the order of their leaves, as `createSession` returns them. */
  scopes: readonly Scope[];
  /** Seconds since the Unix epoch, inclusive: the last second at which the grant may be submitted. */
  deadline: number;
};

/** EIP-712 knows no enums: they are `uint8`. */
export const grantTypes = {
  Grant: [
    { name: "session", type: "Session" },
    { name: "scopes", type: "Scope[]" },
    { name: "deadline", type: "uint48" },
  ],
  Session: [
    { name: "account", type: "address" },
    { name: "accountKind", type: "uint8" },
    { name: "signer", type: "bytes" },
    { name: "validAfter", type: "uint48" },
    { name: "validUntil", type: "uint48" },
    { name: "maxOrders", type: "uint24" },
    { name: "minInterval", type: "uint32" },
    { name: "epoch", type: "uint32" },
    { name: "relayer", type: "address" },
    { name: "sentinel", type: "address" },
    { name: "sentinelMayRevoke", type: "bool" },
    { name: "leaseTtl", type: "uint32" },
    { name: "approver", type: "bytes" },
    { name: "revokeOnMisuse", type: "bool" },
    { name: "scopesRoot", type: "bytes32" },
    { name: "salt", type: "bytes32" },
    { name: "limits", type: "Limit[]" },
  ],
  Limit: [
    { name: "token", type: "address" },
    { name: "amount", type: "uint104" },
    { name: "period", type: "uint32" },
    { name: "approveAbove", type: "uint104" },
    { name: "kind", type: "uint8" },
  ],
  Scope: [
    { name: "target", type: "address" },
    { name: "selector", type: "bytes4" },
    { name: "maxValue", type: "uint128" },
    { name: "spendToken", type: "address" },
    { name: "spendMethod", type: "uint8" },
    { name: "policy", type: "address" },
    { name: "rules", type: "Rule[]" },
  ],
  Rule: [
    { name: "op", type: "uint8" },
    { name: "offset", type: "uint16" },
    { name: "values", type: "bytes32[]" },
  ],
} as const;

export type GrantTypedData = LatchkeyTypedData<
  typeof grantTypes,
  "Grant",
  { session: ContractSession; scopes: readonly ContractScope[]; deadline: number }
>;

export function toGrantTypedData({ session, scopes, deadline }: GrantMessage, domain: LatchkeyDomain): GrantTypedData {
  const message = { session: toContractSession(session), scopes: scopes.map(toContractScope), deadline };
  return toTypedData(domain, { types: grantTypes, primaryType: "Grant", message });
}

/**
 * Session and scopes in what a wallet is about to sign, not what a page says. Throws `EncodingError` unless the scopes are
 * those that the session commits to.
 */
export function fromGrantTypedData({ message }: Pick<GrantTypedData, "message">): GrantMessage {
  const session = fromContractSession(message.session);
  const scopes = message.scopes.map(fromContractScope);
  if (toScopesRoot(scopes) !== session.scopesRoot.toLowerCase()) {
    throw new EncodingError("The scopes of the grant are not those its session commits to");
  }
  return { session, scopes, deadline: message.deadline };
}

/** The EIP-712 digest of a grant. What a `SessionAccount`'s owner signs is `toAccountTypedData` of it. */
export function hashGrant(message: GrantMessage, domain: LatchkeyDomain): Hex {
  return hashTypedData(toGrantTypedData(message, domain));
}
