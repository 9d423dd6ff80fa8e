import type { Operation } from "../reference/operation.ts";
import { runOperation } from "../reference/runOperation.ts";
import type { Setting } from "../reference/setting.ts";
import type { ModelState, SessionPlan } from "../reference/state.ts";
import type { Actors } from "../driver/actors.ts";
import { createRandom } from "./createRandom.ts";
import type { Draft } from "./draft.ts";
import { generateGrant } from "./generateGrant.ts";
import { generateSeconds } from "./generateSeconds.ts";
import { generateStep } from "./generateStep.ts";

export type Sequence = { operations: readonly Operation[]; plans: readonly SessionPlan[] };

const lengthMin = 8;
const lengthMax = 28;

/** The sequence of operations that `seed` names, from `start` on. */
export function generateSequence(setting: Setting, actors: Actors, start: ModelState, seed: number): Sequence {
  const random = createRandom(seed);
  const draft: Draft = { random, setting, actors, state: start, plans: [], signed: [] };
  const operations: Operation[] = [];
  const length = lengthMin + random.int(lengthMax - lengthMin + 1);
  for (let i = 0; i < length; i += 1) {
    const seconds = i === 0 ? 0 : generateSeconds(draft);
    // Steps are chosen for the time at which they will be taken.
    draft.state = { ...draft.state, now: draft.state.now + seconds };
    const step = i < 2 ? generateGrant(draft) : generateStep(draft);
    draft.state = runOperation(setting, draft.state, { seconds: 0, step }).state;
    operations.push({ seconds, step });
    draft.signed.push(step);
  }
  return { operations, plans: draft.plans };
}
