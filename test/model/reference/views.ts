import type { Address } from "viem";
import type { SessionStatus } from "@latchkey/sdk";
import { rollMeter, toPeriod, toRemaining } from "./limits.ts";
import { toWindowBits } from "./nonceWindow.ts";
import { getAccount, getSession, type AccountRecord, type ModelState, type SessionPlan } from "./state.ts";
import { isActive, statusesOf } from "./statusesOf.ts";

export type SessionView = {
  /** Any one of them. */
  statuses: readonly SessionStatus[];
  nextNonce: number;
  nonceWindow: bigint;
  lastUsedAt: number;
  remaining: readonly bigint[];
  unapproved: readonly bigint[];
};

/** What the manager's views have to say about a session. */
export function viewSession(state: ModelState, plan: SessionPlan): SessionView {
  const { session } = plan;
  const { nonces, lastUsedAt, meters } = getSession(state, plan);
  const isUsable = isActive(state, plan);
  const counters = session.limits.map((limit, index) => {
    const meter = meters[index];
    if (meter === undefined) return { remaining: 0n, unapproved: 0n };
    const current = rollMeter(meter, toPeriod(limit, session.validAfter, state.now));
    // No authority, nothing left of it; what was spent unapproved stays so.
    return { remaining: isUsable ? toRemaining(limit, current) : 0n, unapproved: current.unapproved };
  });
  return {
    statuses: statusesOf(state, plan),
    nextNonce: nonces.next,
    nonceWindow: toWindowBits(nonces),
    lastUsedAt,
    remaining: counters.map(({ remaining }) => remaining),
    unapproved: counters.map(({ unapproved }) => unapproved),
  };
}

export function viewAccount(state: ModelState, account: Address): AccountRecord {
  return getAccount(state, account);
}
