import { isAddressEqual, zeroAddress, type Address } from "viem";
import type { Refusal } from "./admitOrder.ts";
import { forbiddenSelectors } from "./generated/forbiddenSelectors.ts";
import { nativeToken } from "./nativeToken.ts";
import { spendMethods, type Rule, type Scope } from "./scope.ts";
import { limitKinds, type LimitKind, type Session } from "./session.ts";

const noSelector = "0x00000000";
const transferSelectors = ["0xa9059cbb", "0x23b872dd"];
/** `deposit()` and `withdraw(uint256)` of wrapped native tokens. */
const wrapSelectors = ["0xd0e30db0", "0x2e1a7d4d"];

/** Why the manager would refuse to grant the scope at `index`; as `admitGrant` does, without asking the chain. */
export function admitScope(
  session: Session,
  scope: Scope,
  index: bigint,
  manager: Address | undefined,
): Refusal | undefined {
  const { target, spendToken, spendMethod, policy, maxValue } = scope;
  const selector = scope.selector.toLowerCase();
  const hasLimit = (token: Address, kinds: readonly LimitKind[]): boolean =>
    session.limits.some((limit) => kinds.includes(limit.kind) && isAddressEqual(limit.token, token));
  const isOwn = (address: Address): boolean =>
    isAddressEqual(address, session.account) || (manager !== undefined && isAddressEqual(address, manager));

  if (target === zeroAddress || isOwn(target)) return { error: "TargetForbidden", args: [index, target] };
  if (selector in forbiddenSelectors) return { error: "SelectorForbidden", args: [index, target, scope.selector] };
  if (transferSelectors.includes(selector)) {
    if (!hasLimit(target, ["gross"])) return { error: "LimitMissing", args: [index, target] };
  } else if (hasLimit(target, limitKinds) && !wrapSelectors.includes(selector)) {
    return { error: "SelectorForbidden", args: [index, target, scope.selector] };
  }
  // The credit of a loss limit can be made by converting other assets, so what only gives away needs a gross limit.
  if (maxValue !== 0n && !hasLimit(nativeToken, selector === noSelector ? ["gross"] : ["gross", "net"])) {
    return { error: "LimitMissing", args: [index, nativeToken] };
  }

  const spends = spendMethod !== "none";
  const isSpendTokenOdd =
    spends &&
    (isAddressEqual(spendToken, target) ||
      isAddressEqual(spendToken, nativeToken) ||
      [noSelector, ...transferSelectors].includes(selector));
  if (spends !== (spendToken !== zeroAddress) || isSpendTokenOdd) {
    return { error: "SpendTokenInvalid", args: [index, spendToken, spendMethods.indexOf(spendMethod)] };
  }
  if (spends && !hasLimit(spendToken, ["gross", "net"])) return { error: "LimitMissing", args: [index, spendToken] };
  const refusal = checkRules(scope, index);
  if (refusal !== undefined) return refusal;
  return policy !== zeroAddress && isOwn(policy) ? { error: "PolicyInvalid", args: [index, policy] } : undefined;
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
