import { concatHex, zeroAddress } from "viem";
import type { PlannedCall, Signed, Submission } from "../reference/operation.ts";
import { getSession, type SessionPlan } from "../reference/state.ts";
import { toActor, type Draft } from "./draft.ts";
import { generateCall } from "./generateAction.ts";
import { toScope } from "./generateScopes.ts";
import type { Address } from "viem";

export type Sent = { submission: Submission; sender: Address };

/** An order under `plan`, and who submits it; sound but for what the amounts come to. */
export function generateSubmission(draft: Draft, plan: SessionPlan): Sent {
  const { random, actors, state } = draft;
  const { session, scopes } = plan;
  const signer = toKey(draft, plan);
  const isBound = session.relayer !== zeroAddress;
  const isDirect = !isBound && random.chance(0.15);
  const count = random.pick([0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3]);
  const calls = Array.from({ length: count }, () => {
    const scope = random.find(scopes) ?? toScope(draft, { kind: "touch", word: 0n });
    return generateCall(draft, plan, scope);
  });
  const isCosigned = session.approver !== "0x" && random.chance(0.4);
  return {
    sender: isDirect ? signer : isBound ? session.relayer : random.pick([actors.relayer, actors.otherRelayer]),
    submission: {
      plan,
      nonce: generateNonce(draft, plan),
      deadline: state.now + random.pick([0, 100, 100_000]),
      gasLimit: 1_000_000,
      calls,
      signature: isDirect ? undefined : sign(signer),
      lease:
        session.leaseTtl > 0
          ? { ...sign(toActor(draft, session.sentinel)), issuedAt: state.now - random.int(session.leaseTtl) }
          : undefined,
      approval: isCosigned ? sign(toActor(draft, session.approver)) : undefined,
      broken: "nowhere",
    },
  };
}

/** Who acts as the session's key: an account of the sequence has no key of its own, so nobody. */
export function toKey(draft: Draft, { session }: SessionPlan): Address {
  return session.signer === session.account ? draft.actors.stranger : toActor(draft, session.signer);
}

export function sign(by: Address): Signed {
  return { by, tampered: "nothing" };
}

/** The next one, or another that is free. */
function generateNonce({ random, state }: Draft, plan: SessionPlan): number {
  const { next, used } = getSession(state, plan).nonces;
  const skipped = Array.from({ length: Math.min(64, next) }, (_, i) => next - 1 - i).filter(
    (nonce) => !used.has(nonce),
  );
  const free = random.chance(0.5) ? random.find(skipped) : undefined;
  if (free !== undefined) return free;
  const ahead = random.chance(0.2) ? random.pick([1, 2, 5, 63, 64, 65, 100]) : 0;
  return next + ahead < plan.session.maxOrders ? next + ahead : next;
}

/** A submission with one fault. */
export function spoilSubmission(draft: Draft, sent: Sent): Sent {
  const { random, actors, state, plans } = draft;
  const { submission, sender } = sent;
  const { plan, nonce } = submission;
  const { next } = getSession(state, plan).nonces;
  const change = (changes: Partial<Submission>) => ({ sender, submission: { ...submission, ...changes } });
  const otherKey = plan.session.signer === actors.key ? actors.otherKey : actors.key;
  const tampered = random.pick(["nonce", "deadline", "subject", "domain"]);
  const lease = submission.lease ?? { ...sign(actors.sentinel), issuedAt: state.now };
  const approval = submission.approval ?? sign(actors.approver);
  const { session } = plan;
  const hasLease = session.leaseTtl > 0 && random.chance(0.7);
  const hasApproval = session.approver !== "0x" && random.chance(0.5);
  if (hasLease) {
    return change({
      lease: random.pick([
        undefined,
        { ...lease, issuedAt: state.now + random.pick([1, 100]) },
        { ...lease, issuedAt: state.now - session.leaseTtl - random.int(2) },
        { ...lease, tampered },
        { ...lease, by: actors.stranger },
      ]),
    });
  }
  if (hasApproval) {
    return change({
      approval: random.pick([undefined, { ...approval, tampered }, { ...approval, by: actors.stranger }]),
    });
  }
  const spoiled = random.pick<() => Sent>([
    () => change({ nonce: Math.max(0, next - 1 - random.int(3)) }),
    () => change({ nonce: Math.max(0, next - 60 - random.int(8)) }),
    () => change({ nonce: Math.min(session.maxOrders + random.pick([0, 1, 7]), 2 ** 24 - 1) }),
    () => change({ nonce: nonce + 1 }),
    () => change({ deadline: state.now - 1 - random.int(50) }),
    () => change({ signature: { ...sign(toKey(draft, plan)), tampered } }),
    () => change({ signature: sign(otherKey) }),
    () => change({ signature: undefined }),
    () => ({ submission, sender: random.pick([actors.stranger, toKey(draft, plan)]) }),
    () => ({ submission, sender: random.pick([actors.stranger, toKey(draft, plan)]) }),
    () => change(random.chance(0.5) ? { lease } : { approval }),
    () => change({ broken: random.pick(["tail", "cut", "flags"]) }),
    () => change({ calls: spoilCalls(draft, submission, random.find(plans) ?? plan) }),
    () => change({ calls: spoilCalls(draft, submission, random.find(plans) ?? plan) }),
    () => change({ calls: spoilCalls(draft, submission, random.find(plans) ?? plan) }),
    () => change({ calls: spoilCalls(draft, submission, random.find(plans) ?? plan) }),
  ]);
  return spoiled();
}

/** Breaks what the scope of one of the calls says. */
export function spoilCalls(draft: Draft, { plan, calls }: Submission, other: SessionPlan): PlannedCall[] {
  const { random } = draft;
  const index = random.int(calls.length);
  const call = calls[index];
  if (call === undefined) return [];
  const foreign = random.find(other.scopes) ?? call.scope;
  const spoiled = random.pick<() => PlannedCall>([
    () => ({ ...call, isProven: false }),
    () => generateCall(draft, plan, foreign),
    () => ({ ...call, value: call.scope.maxValue + 1n }),
    () => ({ ...call, data: concatHex(["0x12345678", call.data]), action: { kind: "fail" } }),
    () => ({ ...call, data: call.data === "0x" ? "0x00000000" : "0x", action: { kind: "send" } }),
    () => ({ ...call, data: call.scope.selector === "0x00000000" ? "0x01" : "0x0102", action: { kind: "fail" } }),
    () => ({ ...call, scope: { ...call.scope, maxValue: call.scope.maxValue + 1n } }),
    () => ({ ...call, scope: { ...call.scope, rules: [] } }),
  ]);
  return calls.map((sound, at) => (at === index ? spoiled() : sound));
}
