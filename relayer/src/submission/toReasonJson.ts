import { toRuleJson, type DecidingRule } from "../problem.ts";

/** As an order's row keeps why it ended. */
export function toReasonJson(reason: DecidingRule): string {
  return JSON.stringify(toRuleJson(reason));
}
