import { sessionStatuses, toErrorSentence, type ErrorSentence } from "@latchkey/sdk";
import { ProblemError, type ProblemCode } from "../problem.ts";

/** The stable code of each error of the manager that an order meets. */
const codes: Readonly<Record<string, ProblemCode>> = {
  EncodingInvalid: "call-invalid",
  SessionNotYetValid: "session-not-active",
  SessionExpired: "session-expired",
  SessionSuperseded: "session-revoked",
  AccountIsPaused: "session-not-active",
  OrderExpired: "order-expired",
  SubmitterNotAllowed: "relayer-not-allowed",
  SignatureInvalid: "signature-invalid",
  NonceUsed: "nonce-used",
  NonceTooOld: "nonce-too-old",
  NonceTooHigh: "nonce-too-high",
  IntervalNotOver: "interval-not-over",
  ScopeNotGranted: "scope-not-granted",
  CallDataInvalid: "call-invalid",
  CallValueTooHigh: "value-too-high",
  RuleBroken: "rule-broken",
  RuleOutOfBounds: "call-invalid",
  ForbiddenTargetCalled: "scope-not-granted",
  InsufficientGas: "gas-limit-invalid",
  OrderOutOfGas: "gas-limit-invalid",
  LimitExceeded: "budget-exceeded",
  InventoryExceeded: "budget-exceeded",
  LeaseMissing: "lease-invalid",
  LeaseInvalid: "lease-invalid",
  LeaseNotCurrent: "lease-not-current",
  ApprovalMissing: "approval-missing",
  ApprovalInvalid: "approval-invalid",
  PolicyRejected: "policy-rejected",
};

/** The problem for an error of the manager, decoded or by name and arguments. */
export function toRefusal(error: { name: string; args: readonly unknown[] } | ErrorSentence): ProblemError {
  const rule = "sentence" in error ? error : toErrorSentence(error);
  const code = toCode(rule);
  return new ProblemError(code, rule.sentence, {
    rule,
    // The grant may be in a block that the relayer has not read yet.
    ...(code === "session-not-granted" && { retryAfterSeconds: 1 }),
  });
}

function toCode({ name, args }: ErrorSentence): ProblemCode {
  if (name !== "SessionNotActive") return codes[name] ?? "simulation-failed";
  const status = sessionStatuses[Number(args[1])];
  if (status === "none") return "session-not-granted";
  return status === "revoked" ? "session-revoked" : "session-not-active";
}
