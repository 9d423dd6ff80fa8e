import type { Operation } from "../reference/operation.ts";
import { runOperation, type Expectation } from "../reference/runOperation.ts";
import type { SessionPlan } from "../reference/state.ts";
import { compareVerdicts, compareViews } from "./compare.ts";
import type { Chain } from "./createChain.ts";
import { createStart } from "./endowments.ts";
import { perform } from "./perform.ts";
import { toAllSubjects, toSubjects } from "./toSubjects.ts";
import { viewChain, viewModel } from "./view.ts";

export type Divergence = { index: number; operation: Operation; difference: string };

/** Runs a sequence on model and chain, and stops where they differ. `onStep` hears what was expected of each step. */
export async function runSequence(
  chain: Chain,
  { operations, plans }: { operations: readonly Operation[]; plans: readonly SessionPlan[] },
  onStep: (operation: Operation, expectation: Expectation) => void = () => undefined,
): Promise<Divergence | undefined> {
  await chain.reset();
  let state = createStart(chain.setting);
  for (const [index, operation] of operations.entries()) {
    const { state: next, expectation } = runOperation(chain.setting, state, operation);
    state = next;
    const observed = await perform(chain, operation.step, {
      timestamp: state.now,
      // It takes as long as the operation itself.
      asksPreflight: index % 4 === 0,
    });
    onStep(operation, expectation);
    const isLast = index === operations.length - 1;
    // A transaction that reverts changes nothing, but time does; what a step cannot have changed is looked at in the end.
    const isSeen = isLast || observed.error === undefined || index % 3 === 0;
    const subjects = isLast ? toAllSubjects(chain.setting, plans) : toSubjects(chain.setting, plans, operation.step);
    const difference =
      compareVerdicts(expectation, observed) ??
      (isSeen ? compareViews(viewModel(state, subjects), await viewChain(chain, subjects)) : undefined);
    if (difference !== undefined) return { index, operation, difference };
  }
  return undefined;
}
