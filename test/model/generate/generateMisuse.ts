import type { Step, Submission } from "../reference/operation.ts";
import type { SessionPlan } from "../reference/state.ts";
import type { Draft } from "./draft.ts";
import { spoilScopes } from "./generateGrant.ts";
import { generateSubmission, sign, spoilCalls, toKey } from "./generateSubmission.ts";

/** An order that no scope admits, or one that only looks so. */
export function generateMisuse(draft: Draft, plan: SessionPlan): Step {
  const { random, actors, plans } = draft;
  const { submission } = generateSubmission(draft, plan);
  const signer = random.chance(0.9) ? toKey(draft, plan) : actors.stranger;
  const signature = { ...sign(signer), tampered: random.chance(0.93) ? ("nothing" as const) : ("nonce" as const) };
  const isHigh = random.chance(0.25);
  const spoilt: Submission = {
    ...submission,
    signature,
    nonce: isHigh ? Math.min(plan.session.maxOrders + random.int(2), 2 ** 24 - 1) : submission.nonce,
    calls: random.chance(0.7) ? spoilCalls(draft, submission, random.find(plans) ?? plan) : submission.calls,
  };
  return {
    kind: "misuse",
    submission: spoilt,
    scopes: random.chance(0.88) ? plan.scopes : spoilScopes(random, plan.scopes),
    order: random.chance(0.95) ? "of the session" : "of another",
    sender: actors.stranger,
  };
}
