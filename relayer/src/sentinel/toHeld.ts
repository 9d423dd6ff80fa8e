import type { Hex } from "viem";
import { ProblemError } from "../problem.ts";

/** The refusal of an order of a session that is held for `leftMs` at most. */
export function toHeld(sessionId: Hex, leftMs: number, rule: string): ProblemError {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000));
  const sentence = `The order, or one before it, is unusual for its key, so this relayer holds the session ${sessionId} for ${seconds} s at most: until the account's owner releases it, or for orders that the session's approver has signed too.`;
  return new ProblemError("anomaly-held", sentence, {
    rule: { name: "AnomalyHeld", args: [sessionId, rule, seconds], sentence },
    retryAfterSeconds: seconds,
  });
}
