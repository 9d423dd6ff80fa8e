import { hexToBigInt, isAddressEqual, size, slice, zeroAddress, type Address } from "viem";
import type { Refusal } from "./admitOrder.ts";
import { forbiddenSelectors } from "./generated/forbiddenSelectors.ts";
import { hashScope } from "./hashScope.ts";
import { nativeToken } from "./nativeToken.ts";
import { spendMethods, type Rule, type Scope } from "./scope.ts";
import { toScopesRoot } from "./scopesTree.ts";
import type { Session } from "./session.ts";

/** Seconds a session may last. */
export const durationMax = 365 * 86_400;

const noSelector = "0x00000000";
const transferSelectors = ["0xa9059cbb", "0x23b872dd"];
/** `deposit()` and `withdraw(uint256)` of wrapped native tokens. */
const wrapSelectors = ["0xd0e30db0", "0x2e1a7d4d"];

/**
 * Why the manager would refuse to grant `session`, as far as that can be known without asking the chain.
 * `now`, `epoch` and `manager` are compared with only if given.
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
  return checkSupported(session) ?? checkSession(session, now, epoch, manager) ?? checkScopes(session, scopes, manager);
}

function checkSupported(session: Session): Refusal | undefined {
  if (session.accountKind !== "sessionAccount") return refuseField("accountKind");
  if (size(session.signer) < 20) return { error: "SignerInvalid", args: [session.signer] };
  if (size(session.signer) !== 20) return refuseField("signer");
  if (session.sentinel !== zeroAddress) return refuseField("sentinel");
  if (session.sentinelMayRevoke) return refuseField("sentinelMayRevoke");
  if (session.leaseTtl !== 0) return refuseField("leaseTtl");
  if (size(session.approver) !== 0) return refuseField("approver");
  if (session.revokeOnMisuse) return refuseField("revokeOnMisuse");
  for (const limit of session.limits) {
    if (limit.kind !== "gross") return refuseField("limit.kind");
    if (limit.approveAbove !== 0n) return refuseField("limit.approveAbove");
  }
  return undefined;
}

function refuseField(field: string): Refusal {
  return { error: "FieldNotSupported", args: [field] };
}

function checkSession(
  session: Session,
  now: number | undefined,
  epoch: number | undefined,
  manager: Address | undefined,
): Refusal | undefined {
  const { signer, validAfter, validUntil, limits } = session;
  const signerAddress = slice(signer, 0, 20);
  if (
    hexToBigInt(signerAddress) === 0n ||
    isAddressEqual(signerAddress, session.account) ||
    (manager !== undefined && isAddressEqual(signerAddress, manager))
  ) {
    return { error: "SignerInvalid", args: [signer] };
  }
  if (validUntil <= validAfter || validUntil - validAfter > durationMax) {
    return { error: "ValidityInvalid", args: [validAfter, validUntil, durationMax] };
  }
  if (now !== undefined && validUntil <= now) return { error: "ValidityOver", args: [validUntil, now] };
  if (session.maxOrders === 0) return { error: "MaxOrdersZero", args: [] };
  if (epoch !== undefined && session.epoch !== epoch) return { error: "EpochMismatch", args: [session.epoch, epoch] };
  if (limits.length > 15) return { error: "TooManyLimits", args: [BigInt(limits.length), 15n] };
  for (const [index, limit] of limits.entries()) {
    if (limit.token === zeroAddress) return { error: "LimitTokenZero", args: [BigInt(index)] };
    if (limit.amount === 0n) return { error: "LimitAmountZero", args: [BigInt(index)] };
  }
  return undefined;
}

function checkScopes(session: Session, scopes: readonly Scope[], manager: Address | undefined): Refusal | undefined {
  if (scopes.length === 0) return { error: "NoScopes", args: [] };
  let last = "";
  for (const [position, scope] of scopes.entries()) {
    const index = BigInt(position);
    const refusal = checkScope(session, scope, index, manager);
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

function checkScope(session: Session, scope: Scope, index: bigint, manager: Address | undefined): Refusal | undefined {
  const { target, spendToken, spendMethod } = scope;
  const selector = scope.selector.toLowerCase();
  const isLimited = (token: Address): boolean => session.limits.some((limit) => isAddressEqual(limit.token, token));

  if (scope.policy !== zeroAddress) return { error: "FieldNotSupported", args: ["scope.policy"] };
  if (spendMethod === "permit2") return { error: "FieldNotSupported", args: ["scope.spendMethod"] };
  const forbidden = [zeroAddress, session.account, ...(manager === undefined ? [] : [manager])];
  if (forbidden.some((address) => isAddressEqual(address, target))) {
    return { error: "TargetForbidden", args: [index, target] };
  }
  if (selector in forbiddenSelectors) return { error: "SelectorForbidden", args: [index, target, scope.selector] };
  if (transferSelectors.includes(selector)) {
    if (!isLimited(target)) return { error: "LimitMissing", args: [index, target] };
  } else if (isLimited(target) && !wrapSelectors.includes(selector)) {
    return { error: "SelectorForbidden", args: [index, target, scope.selector] };
  }
  if (scope.maxValue !== 0n && !isLimited(nativeToken)) return { error: "LimitMissing", args: [index, nativeToken] };

  const spends = spendMethod !== "none";
  const isSpendTokenOdd =
    spends &&
    (isAddressEqual(spendToken, target) || isAddressEqual(spendToken, nativeToken) || selector === noSelector);
  if (spends !== (spendToken !== zeroAddress) || isSpendTokenOdd) {
    return { error: "SpendTokenInvalid", args: [index, spendToken, spendMethods.indexOf(spendMethod)] };
  }
  if (spends && !isLimited(spendToken)) return { error: "LimitMissing", args: [index, spendToken] };
  return checkRules(scope, index);
}

function checkRules({ selector, rules }: Scope, index: bigint): Refusal | undefined {
  if (rules.length > 255) return { error: "TooManyRules", args: [index, BigInt(rules.length), 255n] };
  const odd = rules.findIndex((rule) => selector === noSelector || !hasFittingValues(rule));
  return odd < 0 ? undefined : { error: "RuleInvalid", args: [index, BigInt(odd)] };
}

function hasFittingValues({ op, values }: Rule): boolean {
  if (op === "oneOf") return values.length >= 1 && values.length <= 16;
  return values.length === (op === "isAccount" ? 0 : 1);
}
