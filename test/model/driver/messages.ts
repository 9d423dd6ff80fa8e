import type { Address, Hex, TypedDataDomain } from "viem";
import { toContractScope, toContractSession, type Order, type Scope, type Session } from "@latchkey/sdk";
import type { AccountAct, SessionAct } from "../reference/operation.ts";

/** The manager's EIP-712 messages, as the NatSpec of `ISessionControl` has them. */
const control = [
  { name: "controlNonce", type: "uint48" },
  { name: "deadline", type: "uint48" },
] as const;
const onSession = [{ name: "account", type: "address" }, { name: "sessionId", type: "bytes32" }, ...control] as const;
const onAccount = [{ name: "account", type: "address" }, ...control] as const;

const types = {
  Revoke: onSession,
  Surrender: onSession,
  Suspend: onSession,
  Resume: onSession,
  Pause: onAccount,
  Unpause: onAccount,
  RevokeAll: onAccount,
  SetGuardian: [{ name: "account", type: "address" }, { name: "guardian", type: "address" }, ...control],
  Lease: [
    { name: "sessionId", type: "bytes32" },
    { name: "issuedAt", type: "uint48" },
  ],
  Approval: [{ name: "orderHash", type: "bytes32" }],
} as const;

const grantTypes = {
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

const orderTypes = {
  Order: [
    { name: "sessionId", type: "bytes32" },
    { name: "nonce", type: "uint24" },
    { name: "deadline", type: "uint48" },
    { name: "gasLimit", type: "uint32" },
    { name: "calls", type: "Call[]" },
  ],
  Call: [
    { name: "target", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "scope", type: "bytes32" },
  ],
} as const;

/** Any of the messages, with its domain. */
export type Message = {
  domain: TypedDataDomain;
  types: Record<string, readonly { name: string; type: string }[]>;
  primaryType: string;
  message: Record<string, unknown>;
};

export type Domain = { name: "Latchkey"; version: "1"; chainId: number; verifyingContract: Address };

type ControlFields = { account: Address; controlNonce: number; deadline: number };

const sessionMessages = { revoke: "Revoke", surrender: "Surrender", suspend: "Suspend", resume: "Resume" } as const;
const accountMessages = {
  pause: "Pause",
  unpause: "Unpause",
  revokeAll: "RevokeAll",
  setGuardian: "SetGuardian",
} as const;

export function toSessionMessage(domain: Domain, act: SessionAct, fields: ControlFields & { sessionId: Hex }): Message {
  const primaryType = sessionMessages[act];
  return { domain, types: { [primaryType]: types[primaryType] }, primaryType, message: fields };
}

export function toAccountMessage(
  domain: Domain,
  act: AccountAct,
  fields: ControlFields & { guardian: Address },
): Message {
  const primaryType = accountMessages[act];
  return { domain, types: { [primaryType]: types[primaryType] }, primaryType, message: fields };
}

export function toGrantMessage(
  domain: Domain,
  { session, scopes, deadline }: { session: Session; scopes: readonly Scope[]; deadline: number },
): Message {
  const message = { session: toContractSession(session), scopes: scopes.map(toContractScope), deadline };
  return { domain, types: grantTypes, primaryType: "Grant", message };
}

export function toOrderMessage(domain: Domain, order: Order): Message {
  return { domain, types: orderTypes, primaryType: "Order", message: order };
}

export function toLeaseMessage(domain: Domain, sessionId: Hex, issuedAt: number): Message {
  return { domain, types: { Lease: types.Lease }, primaryType: "Lease", message: { sessionId, issuedAt } };
}

export function toApprovalMessage(domain: Domain, orderHash: Hex): Message {
  return { domain, types: { Approval: types.Approval }, primaryType: "Approval", message: { orderHash } };
}
