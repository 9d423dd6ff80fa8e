import type { SessionPlan } from "../reference/state.ts";
import { isActive } from "../reference/statusesOf.ts";
import type { Draft } from "./draft.ts";
import { generatePlan } from "./generatePlan.ts";

/** Mostly one that can be used. */
export function findPlan(draft: Draft): SessionPlan {
  const { random, state, plans } = draft;
  const active = plans.filter((plan) => isActive(state, plan));
  return (random.chance(0.92) ? random.find(active) : undefined) ?? random.find(plans) ?? addPlan(draft);
}

export function addPlan(draft: Draft): SessionPlan {
  const plan = generatePlan(draft);
  // The same content twice is the same session.
  const known = draft.plans.find(({ id }) => id === plan.id);
  if (known === undefined) draft.plans.push(plan);
  return known ?? plan;
}
