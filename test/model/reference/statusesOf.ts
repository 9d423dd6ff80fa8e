import type { SessionStatus } from "@latchkey/sdk";
import { isExhausted } from "./nonceWindow.ts";
import { getAccount, getSession, type ModelState, type SessionPlan } from "./state.ts";

/**
 * What a session may be said to be now. DESIGN does not say which reason comes first when several keep a granted session
 * from being used, only that it must not be called active then.
 */
export function statusesOf(state: ModelState, plan: SessionPlan): readonly [SessionStatus, ...SessionStatus[]] {
  const { account, epoch, validAfter, validUntil, maxOrders } = plan.session;
  const { status, nonces } = getSession(state, plan);
  const record = getAccount(state, account);
  if (status !== "active") return [status];
  const reasons: readonly (readonly [status: SessionStatus, holds: boolean])[] = [
    ["paused", record.paused],
    ["superseded", record.epoch !== epoch],
    ["pending", state.now < validAfter],
    ["expired", state.now >= validUntil],
    ["exhausted", isExhausted(nonces, maxOrders)],
  ];
  const [first, ...others] = reasons.flatMap(([reason, holds]) => (holds ? [reason] : []));
  return first === undefined ? ["active"] : [first, ...others];
}

export function isActive(state: ModelState, plan: SessionPlan): boolean {
  return statusesOf(state, plan)[0] === "active";
}
