import type { Address } from "viem";
import { runCalls } from "./calls.ts";
import { isSignedBy } from "./controls.ts";
import { leafOf } from "./leafOf.ts";
import { checkNonce, spendNonce } from "./nonceWindow.ts";
import type { Submission } from "./operation.ts";
import { isAdmittedByPolicy } from "./policy.ts";
import { checkCall } from "./rules.ts";
import { isZero } from "./sessions.ts";
import type { Setting } from "./setting.ts";
import { getAccount, getSession, setSession, type ModelState } from "./state.ts";
import { accepted, refuse, refuseIf, type Refusal, type Verdict } from "./verdict.ts";

export type Outcome = { result: "executed" | "failed" | "skipped"; verdict: Verdict };

/** Runs one order of a batch: skipped = it used nothing, failed = it used its nonce. */
export function runOrder(setting: Setting, state: ModelState, submission: Submission, submitter: Address): Outcome {
  const checks = checkSubmission(state, submission, submitter);
  if (checks.length > 0) return { result: "skipped", verdict: checks };
  const { plan, nonce } = submission;
  const { nonces } = getSession(state, plan);
  setSession(state, plan, { nonces: spendNonce(nonces, nonce), lastUsedAt: state.now });
  const verdict = runCalls(setting, state, submission);
  return { result: verdict.length > 0 ? "failed" : "executed", verdict };
}

/** Everything that does not depend on what the calls do, in DESIGN's order. */
export function checkSubmission(state: ModelState, submission: Submission, submitter: Address): Verdict {
  const first =
    checkTimes(state, submission) ??
    checkSubmitter(submission, submitter) ??
    checkPace(state, submission) ??
    checkCalls(submission);
  const encoding = checkEncoding(submission);
  // What is wrong with the end of the bytes may be found when they are read there.
  if (first) return [...encoding, first];
  const signatures = [
    checkSignature(submission, submitter),
    checkLease(state, submission),
    checkApproval(submission),
    checkPolicies(submission),
  ];
  return [...encoding, ...(signatures.find((verdict) => verdict.length > 0) ?? accepted)];
}

function checkEncoding({ plan, lease, approval, broken }: Submission): Verdict {
  const isUnasked =
    (lease !== undefined && plan.session.leaseTtl === 0) || (approval !== undefined && plan.session.approver === "0x");
  return [
    ...refuseIf(broken !== "nowhere" || isUnasked, () => refuse("EncodingInvalid")),
    // Other bytes are another session.
    ...refuseIf(broken === "flags", () => refuse("SessionNotActive", undefined, "none")),
  ];
}

function checkTimes(state: ModelState, { plan, deadline }: Submission): Refusal | undefined {
  const { account, epoch, validAfter, validUntil } = plan.session;
  const { status } = getSession(state, plan);
  const record = getAccount(state, account);
  if (status !== "active") return refuse("SessionNotActive", plan.id, status);
  if (record.paused) return refuse("AccountIsPaused", account);
  if (record.epoch !== epoch) return refuse("SessionSuperseded", epoch, record.epoch);
  if (state.now < validAfter) return refuse("SessionNotYetValid", validAfter, state.now);
  if (state.now >= validUntil) return refuse("SessionExpired", validUntil, state.now);
  return state.now > deadline ? refuse("OrderExpired", deadline, state.now) : undefined;
}

function checkSubmitter({ plan }: Submission, submitter: Address): Refusal | undefined {
  const { relayer } = plan.session;
  const isRefused = !isZero(relayer) && submitter !== relayer;
  return isRefused ? refuse("SubmitterNotAllowed", submitter, relayer) : undefined;
}

function checkPace(state: ModelState, { plan, nonce }: Submission): Refusal | undefined {
  const { maxOrders, minInterval } = plan.session;
  const { nonces, lastUsedAt } = getSession(state, plan);
  if (nonce >= maxOrders) return refuse("NonceTooHigh", nonce, maxOrders);
  const nextAt = lastUsedAt + minInterval;
  if (minInterval > 0 && nonces.next > 0 && state.now < nextAt) return refuse("IntervalNotOver", nextAt, state.now);
  return checkNonce(nonces, nonce);
}

function checkCalls({ plan, calls }: Submission): Refusal | undefined {
  const leaves = new Set(plan.scopes.map(leafOf));
  for (const [index, call] of calls.entries()) {
    const leaf = leafOf(call.scope);
    if (!call.isProven || !leaves.has(leaf)) return refuse("ScopeNotGranted", index, leaf);
    const refusal = checkCall(index, call.scope, call, plan.session.account);
    if (refusal) return refusal;
  }
  return undefined;
}

/** The key signed exactly this, or calls itself. */
function checkSignature({ plan, signature }: Submission, submitter: Address): Verdict {
  const { signer } = plan.session;
  const isSigned = signature === undefined ? submitter === signer : isSignedBy(signature, signer);
  return refuseIf(!isSigned, () => refuse("SignatureInvalid", undefined));
}

function checkLease({ now }: ModelState, { plan, lease }: Submission): Verdict {
  const { leaseTtl, sentinel } = plan.session;
  if (leaseTtl === 0) return accepted;
  if (lease === undefined) return [refuse("LeaseMissing", leaseTtl)];
  const { issuedAt } = lease;
  return [
    ...refuseIf(!isSignedBy(lease, sentinel), () => refuse("LeaseInvalid", plan.id, sentinel)),
    ...refuseIf(now < issuedAt || now >= issuedAt + leaseTtl, () => refuse("LeaseNotCurrent", issuedAt, leaseTtl, now)),
  ];
}

function checkApproval({ plan, approval }: Submission): Verdict {
  const isAsked = plan.session.approver !== "0x";
  const isRefused = isAsked && approval !== undefined && !isSignedBy(approval, plan.session.approver);
  return refuseIf(isRefused, () => refuse("ApprovalInvalid", undefined));
}

function checkPolicies({ calls }: Submission): Verdict {
  const index = calls.findIndex(({ scope, data }) => !isZero(scope.policy) && !isAdmittedByPolicy(data));
  const policy = calls[index]?.scope.policy;
  return policy === undefined ? accepted : [refuse("PolicyRejected", index, policy, undefined)];
}
