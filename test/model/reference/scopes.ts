import { toFunctionSelector, type Address, type Hex } from "viem";
import type { LimitKind, Scope, Session } from "@latchkey/sdk";
import { native } from "./ledger.ts";
import { isZero } from "./sessions.ts";
import type { Setting } from "./setting.ts";
import { refuse, refuseIf, type Verdict } from "./verdict.ts";

const plain: Hex = "0x00000000";
const transfers = ["transfer(address,uint256)", "transferFrom(address,address,uint256)"].map(toFunctionSelector);
const wraps = ["deposit()", "withdraw(uint256)"].map(toFunctionSelector);
/** Of the published table, those that DESIGN §1.3, 3 names. */
const administering = [
  "approve(address,uint256)",
  "increaseAllowance(address,uint256)",
  "setApprovalForAll(address,bool)",
  "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
  "approveDelegation(address,uint256)",
  "setOperator(address,bool)",
  "enableModule(address)",
  "installModule(uint256,address,bytes)",
].map(toFunctionSelector);

/** What no session may be allowed to call: DESIGN §1.3, 2 to 4. */
export function checkScopes(setting: Setting, session: Session, scopes: readonly Scope[]): Verdict {
  const named = new Set([...session.limits.map(({ token }) => token), ...scopes.map(({ spendToken }) => spendToken)]);
  return scopes.flatMap((scope, index) => [
    ...checkTarget(setting, session, scope, index),
    ...checkSelector(session, scope, index, named.has(scope.target)),
    ...checkMoney(session, scope, index),
    ...refuseIf(!isZero(scope.policy) && scope.policy !== setting.policy, () =>
      // The only policy there is in a sequence.
      refuse("PolicyInvalid", index, scope.policy),
    ),
  ]);
}

function checkTarget({ manager }: Setting, { account }: Session, { target }: Scope, index: number): Verdict {
  const isForbidden = isZero(target) || target === account || target === manager;
  return refuseIf(isForbidden, () => refuse("TargetForbidden", index, target));
}

function checkSelector(session: Session, scope: Scope, index: number, isNamed: boolean): Verdict {
  const { target, selector } = scope;
  if (transfers.includes(selector)) {
    return refuseIf(!hasLimit(session, target, ["gross"]), () => refuse("LimitMissing", index, target));
  }
  const isForbidden = isNamed ? !wraps.includes(selector) : administering.includes(selector);
  return refuseIf(isForbidden, () => refuse("SelectorForbidden", index, target, selector));
}

function checkMoney(session: Session, scope: Scope, index: number): Verdict {
  const { selector, spendToken, spendMethod, maxValue, rules } = scope;
  const isPlain = selector === plain;
  const spends = spendMethod !== "none";
  // Plain transfers are transfers: a net limit alone would let what was sold be sent away (HAZARDS 26).
  // An inventory bounds no spending at all, here as for what is pulled.
  const kinds: readonly LimitKind[] = isPlain ? ["gross"] : ["gross", "net"];
  return [
    ...refuseIf(maxValue > 0n && !hasLimit(session, native, kinds), () => refuse("LimitMissing", index, native)),
    ...refuseIf(isPlain && rules.length > 0, () => refuse("RuleInvalid", index, 0)),
    // A transfer's declared amount is what counts, so nothing is pulled during one.
    ...refuseIf(
      spends && (isPlain || transfers.includes(selector) || spendToken === native || spendToken === scope.target),
      () => refuse("SpendTokenInvalid", index, spendToken, spendMethod),
    ),
    ...refuseIf(spends && !hasLimit(session, spendToken, ["gross", "net"]), () =>
      refuse("LimitMissing", index, spendToken),
    ),
  ];
}

function hasLimit({ limits }: Session, token: Address, kinds: readonly LimitKind[]): boolean {
  return limits.some((limit) => limit.token === token && kinds.includes(limit.kind));
}
