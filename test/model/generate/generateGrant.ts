import { sortScopes, type Scope } from "@latchkey/sdk";
import type { Step } from "../reference/operation.ts";
import { getAccountOf } from "../reference/setting.ts";
import type { Random } from "./createRandom.ts";
import type { Draft } from "./draft.ts";
import { addPlan } from "./findPlan.ts";
import { sign } from "./generateSubmission.ts";

/** The grant of a session, mostly a new one, by call or by signature. */
export function generateGrant(draft: Draft): Step {
  const { random, setting, actors, state, plans } = draft;
  const plan = random.chance(0.9) ? addPlan(draft) : (random.find(plans) ?? addPlan(draft));
  const { account } = plan.session;
  const scopes = random.chance(0.94) ? plan.scopes : spoilScopes(random, plan.scopes);
  if (random.chance(0.6)) {
    const sender = random.chance(0.95) ? account : actors.stranger;
    return { kind: "grant", plan, scopes, sender, message: undefined };
  }
  const message = {
    ...sign(random.chance(0.95) ? getAccountOf(setting, account).owner : actors.stranger),
    tampered: random.chance(0.95) ? "nothing" : random.pick(["deadline", "subject", "domain"]),
    deadline: state.now + (random.chance(0.95) ? random.pick([0, 100]) : -1),
  } as const;
  return { kind: "grant", plan, scopes, sender: actors.stranger, message };
}

/** Too few, too many, or in the wrong order. */
export function spoilScopes(random: Random, scopes: readonly Scope[]): readonly Scope[] {
  const [first] = scopes;
  if (first === undefined) return scopes;
  return random.pick([
    () => scopes.slice(1),
    () => [first, ...scopes],
    () => scopes.toReversed(),
    () => sortScopes([...scopes, { ...first, maxValue: first.maxValue + (1n << 100n) }]),
    () => [],
  ])();
}
