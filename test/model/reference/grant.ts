import type { Address } from "viem";
import { toScopesRoot, type Scope } from "@latchkey/sdk";
import { checkDeadline, isSignedByOwner } from "./controls.ts";
import { leafOf } from "./leafOf.ts";
import { createMeter } from "./limits.ts";
import type { Signed } from "./operation.ts";
import { checkScopes } from "./scopes.ts";
import { isZero } from "./sessions.ts";
import type { Setting } from "./setting.ts";
import { getAccount, getSession, setSession, type ModelState, type SessionPlan } from "./state.ts";
import { accepted, refuse, refuseIf, type Verdict } from "./verdict.ts";

const maxDuration = 365 * 86_400;

export type GrantStep = {
  plan: SessionPlan;
  scopes: readonly Scope[];
  sender: Address;
  message: (Signed & { deadline: number }) | undefined;
};

/** `grant` and `grantWithSignature`. */
export function runGrant(setting: Setting, state: ModelState, step: GrantStep): Verdict {
  const { plan, scopes, sender, message } = step;
  const { account, limits } = plan.session;
  const { status } = getSession(state, plan);
  const verdict = [
    ...(message === undefined
      ? refuseIf(sender !== account, () => refuse("GrantNotByAccount", account, sender))
      : [
          ...checkDeadline(state, message.deadline),
          ...refuseIf(!isSignedByOwner(setting, account, message), () => refuse("ControlSignatureInvalid", undefined)),
        ]),
    ...refuseIf(status !== "none", () => refuse("SessionAlreadyKnown", plan.id, status)),
    ...checkContent(setting, state, plan),
    ...checkOrder(scopes),
    ...refuseIf(scopes.length > 0 && toScopesRoot(scopes) !== plan.session.scopesRoot, () =>
      refuse("ScopesRootMismatch", plan.session.scopesRoot, undefined),
    ),
    ...checkScopes(setting, plan.session, scopes),
  ];
  if (verdict.length > 0) return verdict;
  setSession(state, plan, { status: "active", meters: limits.map(createMeter) });
  return accepted;
}

function checkOrder(scopes: readonly Scope[]): Verdict {
  const leaves = scopes.map(leafOf);
  return [
    ...refuseIf(scopes.length === 0, () => refuse("NoScopes")),
    ...leaves.flatMap((leaf, index) => {
      const before = leaves[index - 1];
      return refuseIf(before !== undefined && before >= leaf, () => refuse("ScopesNotSorted", index));
    }),
  ];
}

/** What no session may say, whatever its scopes. */
function checkContent(setting: Setting, state: ModelState, { session }: SessionPlan): Verdict {
  const { account, signer, validAfter, validUntil, epoch, sentinel, approver } = session;
  const current = getAccount(state, account).epoch;
  const asksSentinel = session.sentinelMayRevoke || session.leaseTtl > 0;
  return [
    ...refuseIf(BigInt(signer) === 0n || signer === account || signer === setting.manager, () =>
      refuse("SignerInvalid", signer),
    ),
    ...refuseIf(validUntil <= validAfter || validUntil - validAfter > maxDuration, () =>
      refuse("ValidityInvalid", validAfter, validUntil, maxDuration),
    ),
    ...refuseIf(state.now >= validUntil, () => refuse("ValidityOver", validUntil, state.now)),
    ...refuseIf(session.maxOrders === 0, () => refuse("MaxOrdersZero")),
    ...refuseIf(epoch !== current, () => refuse("EpochMismatch", epoch, current)),
    ...refuseIf(isZero(sentinel) ? asksSentinel : sentinel === signer, () => refuse("SentinelInvalid", sentinel)),
    ...refuseIf(approver !== "0x" && (approver.length < 42 || approver === signer), () =>
      refuse("ApproverInvalid", approver),
    ),
    ...session.limits.flatMap((limit, index) => [
      ...refuseIf(limit.amount === 0n && limit.kind !== "inventory", () => refuse("LimitAmountZero", index)),
      ...refuseIf(limit.kind === "inventory" && limit.period !== 0, () =>
        refuse("InventoryPeriodic", index, limit.period),
      ),
      ...refuseIf(limit.approveAbove !== 0n && approver === "0x", () => refuse("ApproverMissing", index)),
    ]),
  ];
}
