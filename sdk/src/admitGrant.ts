import { isAddressEqual, size, slice, zeroAddress, type Address } from "viem";
import type { Refusal } from "./admitOrder.ts";
import { admitScope } from "./admitScope.ts";
import { hashScope } from "./hashScope.ts";
import type { Scope } from "./scope.ts";
import { toScopesRoot } from "./scopesTree.ts";
import type { Session } from "./session.ts";

/** Seconds a session may last. */
export const durationMax = 365 * 86_400;

/**
 * Why the manager would refuse to grant `session`, as far as that can be known without asking the chain: not whether a
 * policy is a contract, nor whether a target is a module of an ERC-7579 account or a Safe. `now`, `epoch` and `manager`
 * are compared with only if given.
 */
export function admitGrant({
  session,
  scopes,
  now,
  epoch,
  manager,
}: {
  session: Session;
  /** In the order of their leaves. */
  scopes: readonly Scope[];
  /** Seconds since the Unix epoch. */
  now?: number;
  /** Of the account. */
  epoch?: number;
  manager?: Address;
}): Refusal | undefined {
  return (
    checkSigners(session, manager) ??
    checkSession(session, now, epoch) ??
    checkLimits(session) ??
    checkScopes(session, scopes, manager) ??
    checkLimitCount(session)
  );
}

/** Who signs, approves and watches must be three: whoever has the key must not hold its brakes. */
function checkSigners(session: Session, manager: Address | undefined): Refusal | undefined {
  const { account, signer, sentinel, sentinelMayRevoke, leaseTtl, approver } = session;
  // Of longer ERC-7913 bytes the first 20 are an address too: the verifier's.
  const key = size(signer) < 20 ? zeroAddress : slice(signer, 0, 20);
  if (key === zeroAddress || isAddressEqual(key, account) || (manager !== undefined && isAddressEqual(key, manager))) {
    return { error: "SignerInvalid", args: [signer] };
  }
  const needsSentinel = leaseTtl !== 0 || sentinelMayRevoke;
  const isSentinelKey = size(signer) === 20 && isAddressEqual(sentinel, key);
  if ((needsSentinel && sentinel === zeroAddress) || isSentinelKey) {
    return { error: "SentinelInvalid", args: [sentinel] };
  }
  if (approver === "0x") return undefined;
  const isApproverOdd = size(approver) < 20 || slice(approver, 0, 20) === zeroAddress;
  return isApproverOdd || approver.toLowerCase() === signer.toLowerCase()
    ? { error: "ApproverInvalid", args: [approver] }
    : undefined;
}

function checkSession(session: Session, now: number | undefined, epoch: number | undefined): Refusal | undefined {
  const { validAfter, validUntil } = session;
  if (validUntil <= validAfter || validUntil - validAfter > durationMax) {
    return { error: "ValidityInvalid", args: [validAfter, validUntil, durationMax] };
  }
  if (now !== undefined && validUntil <= now) return { error: "ValidityOver", args: [validUntil, now] };
  if (session.maxOrders === 0) return { error: "MaxOrdersZero", args: [] };
  if (epoch !== undefined && session.epoch !== epoch) return { error: "EpochMismatch", args: [session.epoch, epoch] };
  return undefined;
}

function checkLimits({ limits, approver }: Session): Refusal | undefined {
  for (const [position, { token, amount, period, kind, approveAbove }] of limits.entries()) {
    const index = BigInt(position);
    if (token === zeroAddress) return { error: "LimitTokenZero", args: [index] };
    if (kind === "inventory" && period !== 0) return { error: "InventoryPeriodic", args: [index, period] };
    if (kind !== "inventory" && amount === 0n) return { error: "LimitAmountZero", args: [index] };
    if (approveAbove !== 0n && size(approver) === 0) return { error: "ApproverMissing", args: [index] };
  }
  return undefined;
}

function checkLimitCount({ limits }: Session): Refusal | undefined {
  return limits.length > 15 ? { error: "TooManyLimits", args: [BigInt(limits.length), 15n] } : undefined;
}

function checkScopes(session: Session, scopes: readonly Scope[], manager: Address | undefined): Refusal | undefined {
  if (scopes.length === 0) return { error: "NoScopes", args: [] };
  let last = "";
  for (const [position, scope] of scopes.entries()) {
    const index = BigInt(position);
    const refusal = admitScope(session, scope, index, manager);
    if (refusal !== undefined) return refusal;
    const leaf = hashScope(scope);
    if (leaf <= last) return { error: "ScopesNotSorted", args: [index] };
    last = leaf;
  }
  const root = toScopesRoot(scopes);
  return root === session.scopesRoot.toLowerCase()
    ? undefined
    : { error: "ScopesRootMismatch", args: [session.scopesRoot, root] };
}
