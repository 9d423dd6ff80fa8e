import type { Operation } from "../reference/operation.ts";
import type { SessionPlan } from "../reference/state.ts";

/** Operations in full, and the sessions they name, for whoever looks for the reason of a difference. */
export function describeOperations(operations: readonly Operation[], plans: readonly SessionPlan[]): string {
  const texts = operations.map(({ seconds, step }) => `+${seconds} s ${toText(step)}`);
  const named = plans.filter(({ id }) => texts.some((text) => text.includes(id)));
  return [...named.map((plan) => `session ${plan.id}: ${JSON.stringify(plan, replaceBigint)}`), ...texts].join("\n");
}

function toText(value: unknown): string {
  return JSON.stringify(value, (key, entry: unknown) =>
    // A session is named by its id, and its scopes are with it.
    key === "plan" && isPlan(entry) ? entry.id : replaceBigint(key, entry),
  );
}

function replaceBigint(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

function isPlan(value: unknown): value is SessionPlan {
  return typeof value === "object" && value !== null && "id" in value;
}
