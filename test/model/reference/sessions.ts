import type { Address } from "viem";
import { checkControl, checkDeadline, isSignedBy } from "./controls.ts";
import type { Authority, SessionAct } from "./operation.ts";
import type { Setting } from "./setting.ts";
import {
  getAccount,
  getSession,
  setAccount,
  setSession,
  type ModelState,
  type SessionPlan,
  type StoredStatus,
} from "./state.ts";
import { accepted, refuse, refuseIf, type Verdict } from "./verdict.ts";

export type SessionStep = { act: SessionAct; plan: SessionPlan } & Authority;

const results: Record<SessionAct, StoredStatus> = {
  revoke: "revoked",
  surrender: "revoked",
  suspend: "suspended",
  resume: "active",
};

/** `revoke`, `surrender`, `suspend` and `resume`, by call or by signature. */
export function runSessionStep(setting: Setting, state: ModelState, step: SessionStep): Verdict {
  const { act, plan } = step;
  const { account } = plan.session;
  const { verdict, isUsed } = checkAuthority(setting, state, step);
  const refusals = [...verdict, ...checkTransition(state, act, plan)];
  if (refusals.length > 0) return refusals;
  setSession(state, plan, { status: results[act] });
  if (isUsed) setAccount(state, account, { controlNonce: getAccount(state, account).controlNonce + 1 });
  return accepted;
}

/** The transitions of DESIGN §1.3, 7. */
function checkTransition(state: ModelState, act: SessionAct, plan: SessionPlan): Verdict {
  const { status } = getSession(state, plan);
  if (act === "revoke" || act === "surrender") {
    return refuseIf(status === "revoked", () => refuse("SessionAlreadyRevoked", plan.id));
  }
  const expected = act === "suspend" ? "active" : "suspended";
  return refuseIf(status !== expected, () => refuse("SessionStatusMismatch", plan.id, status, expected));
}

/** Whether whoever asks may, and whether the account's control nonce is used by it. */
function checkAuthority(
  setting: Setting,
  state: ModelState,
  { act, plan, sender, message }: SessionStep,
): { verdict: Verdict; isUsed: boolean } {
  const { account } = plan.session;
  const { isOwners, others } = toAuthorities(plan, act);
  if (message === undefined) {
    const allowed = isOwners ? [account, ...others] : others;
    const verdict = refuseIf(!allowed.includes(sender), () => refuse("CallerNotAllowed", sender));
    return { verdict, isUsed: act === "resume" };
  }
  if (act === "surrender") {
    // Its nonce is not compared: what it does can be done once.
    const isSigned = others.some((other) => isSignedBy(message, other));
    const verdict = [
      ...checkDeadline(state, message.deadline),
      ...refuseIf(!isSigned, () => refuse("ControlSignatureInvalid", undefined)),
    ];
    return { verdict, isUsed: false };
  }
  const control = checkControl(setting, state, { account, others, message });
  const isSigned = isOwners || !control.isByOwner;
  const verdict = isSigned ? control.verdict : [...control.verdict, refuse("ControlSignatureInvalid", undefined)];
  return { verdict, isUsed: isOwners && control.isByOwner };
}

function toAuthorities({ session }: SessionPlan, act: SessionAct): { isOwners: boolean; others: readonly Address[] } {
  const sentinel = isZero(session.sentinel) ? [] : [session.sentinel];
  switch (act) {
    case "revoke":
      return { isOwners: true, others: session.sentinelMayRevoke ? sentinel : [] };
    case "resume":
      return { isOwners: true, others: [] };
    case "suspend":
      return { isOwners: false, others: sentinel };
    case "surrender":
      return { isOwners: false, others: [session.signer] };
  }
}

export function isZero(address: Address): boolean {
  return BigInt(address) === 0n;
}
