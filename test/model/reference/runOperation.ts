import { runAccountStep, runModuleStep } from "./accounts.ts";
import { runGrant } from "./grant.ts";
import { setAllowance } from "./ledger.ts";
import { runMisuse } from "./misuse.ts";
import type { Operation, Step } from "./operation.ts";
import { checkSubmission, runOrder, type Outcome } from "./orders.ts";
import { runSessionStep } from "./sessions.ts";
import type { Setting } from "./setting.ts";
import { copyState, type ModelState } from "./state.ts";
import { accepted, refuse, type Verdict } from "./verdict.ts";

/** What the manager owes to an operation. */
export type Expectation = {
  verdict: Verdict;
  /** Of each order of a batch. */
  outcomes: readonly Outcome[];
  /** Of a single order, of what can be checked without its calls. */
  checks: Verdict | undefined;
};

/** Carries `operation` out on the model: what is refused leaves everything but the time as it was. */
export function runOperation(
  setting: Setting,
  state: ModelState,
  { seconds, step }: Operation,
): { state: ModelState; expectation: Expectation } {
  const next = { ...copyState(state), now: state.now + seconds };
  const refused = { ...copyState(state), now: next.now };
  const expectation = runStep(setting, next, step);
  return { state: expectation.verdict.length > 0 ? refused : next, expectation };
}

function runStep(setting: Setting, state: ModelState, step: Step): Expectation {
  switch (step.kind) {
    case "grant":
      return expectOne(runGrant(setting, state, step));
    case "session":
      return expectOne(runSessionStep(setting, state, step));
    case "account":
      return expectOne(runAccountStep(setting, state, step));
    case "module":
      return expectOne(runModuleStep(state, step.account, step.act));
    case "misuse":
      return expectOne(runMisuse(state, step));
    case "allow": {
      const { account: owner, spender, token, amount } = step;
      setAllowance(state.ledger, token, { owner, spender }, amount);
      return expectOne(accepted);
    }
    case "execute": {
      const checks = checkSubmission(state, step.submission, step.sender);
      const { verdict } = runOrder(setting, state, step.submission, step.sender);
      // Where the gas comes among the checks is open.
      const starved = step.isStarved ? [refuse("InsufficientGas", undefined, undefined)] : [];
      return { verdict: [...starved, ...verdict], outcomes: [], checks };
    }
    case "batch":
      return { verdict: accepted, outcomes: runBatch(setting, state, step), checks: undefined };
  }
}

function runBatch(setting: Setting, state: ModelState, step: Extract<Step, { kind: "batch" }>): Outcome[] {
  return step.submissions.map((submission) => {
    if (!step.isStarved) return runOrder(setting, state, submission, step.sender);
    const { verdict } = runOrder(setting, copyState(state), submission, step.sender);
    return { result: "skipped", verdict: [refuse("InsufficientGas", undefined, undefined), ...verdict] };
  });
}

function expectOne(verdict: Verdict): Expectation {
  return { verdict, outcomes: [], checks: undefined };
}
