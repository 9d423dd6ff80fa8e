import type { Address, Hex } from "viem";
import { EncodingError } from "./errors.ts";
import { ruleOps, spendMethods, type Scope } from "./scope.ts";
import { accountKinds, limitKinds, sessionStatuses, type Session, type SessionStatus } from "./session.ts";

/** `Session` as the ABI has it, with numbers for enums. */
export type ContractSession = Omit<Session, "accountKind" | "limits"> & {
  accountKind: number;
  limits: readonly { token: Address; amount: bigint; period: number; approveAbove: bigint; kind: number }[];
};

/** `Scope` as the ABI has it, with numbers for enums. */
export type ContractScope = Omit<Scope, "spendMethod" | "rules"> & {
  spendMethod: number;
  rules: readonly { op: number; offset: number; values: readonly Hex[] }[];
};

export function toContractSession(session: Session): ContractSession {
  return {
    ...session,
    accountKind: accountKinds.indexOf(session.accountKind),
    limits: session.limits.map((limit) => ({ ...limit, kind: limitKinds.indexOf(limit.kind) })),
  };
}

export function toContractScope(scope: Scope): ContractScope {
  return {
    ...scope,
    spendMethod: spendMethods.indexOf(scope.spendMethod),
    rules: scope.rules.map((rule) => ({ ...rule, op: ruleOps.indexOf(rule.op) })),
  };
}

export function fromContractSession(session: ContractSession): Session {
  return {
    ...session,
    accountKind: at(accountKinds, session.accountKind, "AccountKind"),
    limits: session.limits.map((limit) => ({ ...limit, kind: at(limitKinds, limit.kind, "LimitKind") })),
  };
}

export function fromContractScope(scope: ContractScope): Scope {
  return {
    ...scope,
    spendMethod: at(spendMethods, scope.spendMethod, "SpendMethod"),
    rules: scope.rules.map((rule) => ({ ...rule, op: at(ruleOps, rule.op, "RuleOp") })),
  };
}

/** The name of the contract's `SessionStatus`. */
export function toSessionStatus(status: number): SessionStatus {
  return at(sessionStatuses, status, "SessionStatus");
}

function at<T>(names: readonly T[], index: number, name: string): T {
  const found = names[index];
  if (found === undefined) throw new EncodingError(`${index} is not a ${name}`);
  return found;
}
