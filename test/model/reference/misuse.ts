import type { Address, Hex } from "viem";
import { toScopesRoot, type Scope } from "@latchkey/sdk";
import { isSignedBy } from "./controls.ts";
import { leafOf } from "./leafOf.ts";
import type { PlannedCall, Submission } from "./operation.ts";
import { checkCall } from "./rules.ts";
import { getSession, setSession, type ModelState } from "./state.ts";
import { accepted, refuse, refuseIf, type Verdict } from "./verdict.ts";

export type MisuseStep = {
  submission: Submission;
  scopes: readonly Scope[];
  order: "of the session" | "of another";
};

/** `reportMisuse`: the key signed what none of its scopes admits, so its session ends. */
export function runMisuse(state: ModelState, { submission, scopes, order }: MisuseStep): Verdict {
  const { plan, signature, calls, nonce } = submission;
  const { session } = plan;
  // A nonce out of bounds proves it whatever the scopes, so these may be looked at or not.
  const isHigh = nonce >= session.maxOrders;
  const isMisuse = isHigh || calls.some((call) => !isAdmitted(call, plan.scopes, session.account));
  const { status } = getSession(state, plan);
  const verdict = [
    ...refuseIf(!session.revokeOnMisuse, () => refuse("MisuseNotEnding", plan.id)),
    ...refuseIf(order === "of another", () => refuse("OrderOfOtherSession", undefined, plan.id)),
    // What was not granted cannot be misused, and what is over is over.
    ...refuseIf(status === "none" || status === "revoked", () => refuse("SessionNotActive", plan.id, status)),
    ...(isHigh ? [] : checkScopes(session.scopesRoot, scopes)),
    ...refuseIf(!isSignedBy(signature, session.signer), () => refuse("SignatureInvalid", undefined)),
    ...refuseIf(!isMisuse, () => refuse("MisuseNotProven", undefined)),
  ];
  if (verdict.length > 0) return verdict;
  setSession(state, plan, { status: "revoked" });
  return accepted;
}

/** Whether any scope of the session admits the call, whichever it names. Policies are taken to agree. */
function isAdmitted(call: PlannedCall, scopes: readonly Scope[], account: Address): boolean {
  return scopes.some((scope) => scope.target === call.scope.target && checkCall(0, scope, call, account) === undefined);
}

/** Whether `scopes` are all of the session's, in the order of their leaves. */
function checkScopes(scopesRoot: Hex, scopes: readonly Scope[]): Verdict {
  const leaves = scopes.map(leafOf);
  const isSorted = leaves.every((leaf, index) => index === 0 || String(leaves[index - 1]) < leaf);
  return [
    ...refuseIf(scopes.length === 0, () => refuse("NoScopes")),
    ...refuseIf(!isSorted, () => refuse("ScopesNotSorted", undefined)),
    ...refuseIf(scopes.length > 0 && toScopesRoot(scopes) !== scopesRoot, () =>
      refuse("ScopesRootMismatch", scopesRoot, undefined),
    ),
  ];
}
