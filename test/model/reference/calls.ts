import { applyAction } from "./actions.ts";
import { balanceOf, copyLedger, getToken, native, type Ledger } from "./ledger.ts";
import {
  max,
  meterApproval,
  chargeCall,
  meterOrder,
  min,
  rollMeter,
  toPeriod,
  toRemaining,
  type Meter,
  type Metered,
} from "./limits.ts";
import type { PlannedCall, Submission } from "./operation.ts";
import type { Setting } from "./setting.ts";
import { getAccount, getSession, setSession, type ModelState } from "./state.ts";
import { giveAllowance, takeAllowance } from "./temporaryAllowance.ts";
import { accepted, refuse, type Verdict } from "./verdict.ts";

type Run = {
  setting: Setting;
  ledger: Ledger;
  submission: Submission;
  /** One a limit. */
  meters: Meter[];
  /** What counts towards the approver's threshold, one a limit. */
  charges: bigint[];
};

/** Makes the order's calls and counts what they cost; either all of it happens, or nothing. */
export function runCalls(setting: Setting, state: ModelState, submission: Submission): Verdict {
  const { plan, calls } = submission;
  const { account, limits, validAfter } = plan.session;
  // An order without calls only uses its nonce.
  if (calls.length === 0) return accepted;
  if (plan.session.accountKind === "erc7579" && !getAccount(state, account).installed) {
    // The account does not obey a module that it put out, whether asked to call or to approve first.
    return [refuse("CallReverted", 0, undefined)];
  }
  const ledger = copyLedger(state.ledger);
  const { meters } = getSession(state, plan);
  const run: Run = {
    setting,
    ledger,
    submission,
    meters: meters.map((meter, index) => {
      const limit = limits[index];
      return limit === undefined ? meter : rollMeter(meter, toPeriod(limit, validAfter, state.now));
    }),
    charges: limits.map(() => 0n),
  };
  const before = limits.map(({ token }) => balanceOf(ledger, token, account));
  for (const [index, call] of calls.entries()) {
    if (!runCall(run, call)) return [refuse("CallReverted", index, undefined)];
    if (isRefused(setting, call)) return [refuse("TokenRefused", call.scope.target)];
  }
  const refusals = settle(run, before);
  if (refusals.length > 0) return refusals;
  state.ledger = ledger;
  setSession(state, plan, { meters: run.meters });
  return accepted;
}

/** Makes one call and charges the gross limits; whether the call succeeded. */
function runCall(run: Run, call: PlannedCall): boolean {
  const { setting, ledger, submission } = run;
  const { account, limits } = submission.plan.session;
  const { scope, value } = call;
  const { target, spendToken } = scope;
  const before = limits.map(({ token }) => balanceOf(ledger, token, account));
  const given =
    scope.spendMethod === "none"
      ? undefined
      : giveAllowance(setting, ledger, { scope, account, cap: toCap(run, spendToken) });
  if (!applyAction(setting, ledger, { account, target, value }, call.action)) return false;
  const consumed = given ? takeAllowance(setting, ledger, given) : 0n;
  for (const [index, limit] of limits.entries()) {
    const meter = run.meters[index];
    if (limit.kind !== "gross" || meter === undefined) continue;
    const drop = (before[index] ?? 0n) - balanceOf(ledger, limit.token, account);
    const pulled = limit.token === spendToken ? consumed : 0n;
    const charge = max(0n, drop, pulled, toDeclared(call, limit.token));
    run.charges[index] = (run.charges[index] ?? 0n) + charge;
    run.meters[index] = chargeCall(meter, charge);
  }
  return true;
}

/** Whether the token that the call moves answers that it does not. */
function isRefused(setting: Setting, { action, scope }: PlannedCall): boolean {
  const isTransfer = action.kind === "transfer" || action.kind === "transferFrom";
  return isTransfer && getToken(setting, scope.target).kind === "refusing";
}

/** What the call's own words say that it moves of `token`. */
function toDeclared({ value, scope, action }: PlannedCall, token: string): bigint {
  if (token === native) return value;
  const isTransfer = action.kind === "transfer" || action.kind === "transferFrom";
  return isTransfer && scope.target === token ? action.amount : 0n;
}

/** The least that the limits on `token` have left. */
function toCap({ submission, meters }: Run, token: string): bigint {
  const left = submission.plan.session.limits.flatMap((limit, index) => {
    const meter = meters[index];
    return meter !== undefined && limit.token === token ? [toRemaining(limit, meter)] : [];
  });
  const [first = 0n, ...others] = left;
  return max(0n, min(first, ...others));
}

/** Counts what the order did as a whole. */
function settle(run: Run, before: readonly bigint[]): Verdict {
  const { ledger, submission } = run;
  const { account } = submission.plan.session;
  const exceeded = count(run, (limit, index, meter) => {
    const change = balanceOf(ledger, limit.token, account) - (before[index] ?? 0n);
    if (limit.kind !== "gross") run.charges[index] = max(0n, -change);
    return meterOrder(index, limit, meter, change);
  });
  const isApproved = submission.approval !== undefined;
  const missing = count(run, (limit, index, meter) =>
    meterApproval(index, limit, meter, { charge: run.charges[index] ?? 0n, isApproved }),
  );
  return [...exceeded, ...missing];
}

/** Runs `meter` over every limit and keeps what it counts. */
function count(
  run: Run,
  meter: (limit: Submission["plan"]["session"]["limits"][number], index: number, meter: Meter) => Metered,
): Verdict {
  const results = run.submission.plan.session.limits.flatMap((limit, index) => {
    const current = run.meters[index];
    return current === undefined ? [] : [meter(limit, index, current)];
  });
  run.meters = results.map((result) => result.meter);
  return results.flatMap(({ refusal }) => (refusal ? [refusal] : []));
}
