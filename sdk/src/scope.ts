import type { Address, Hex } from "viem";

/** In the order of the contract's enum. */
export const spendMethods = ["none", "allowance", "permit2"] as const;
/** How a target pulls `spendToken` during a call. */
export type SpendMethod = (typeof spendMethods)[number];

/** In the order of the contract's enum. */
export const ruleOps = ["equal", "notEqual", "atMost", "atLeast", "oneOf", "isAccount"] as const;
/** How a rule compares a 32-byte argument word; `atMost` and `atLeast` are unsigned. */
export type RuleOp = (typeof ruleOps)[number];

/** One comparison of one argument word. */
export type Rule = {
  op: RuleOp;
  /** Bytes after the selector at which the word starts. */
  offset: number;
  /** 32 bytes each: one; 1 to 16 for `oneOf`; none for `isAccount`. */
  values: readonly Hex[];
};

/** One allowed (target, selector). */
export type Scope = {
  target: Address;
  /** 4 bytes. `0x00000000` = plain transfer of the native token: the call's data must be empty. */
  selector: Hex;
  /** Wei a call may carry, inclusive; less than 2^128. */
  maxValue: bigint;
  /** The token the target may pull during the call. Zero address = none. */
  spendToken: Address;
  spendMethod: SpendMethod;
  /** A contract asked before the calls. Zero address = none. */
  policy: Address;
  /** All must hold. At most 255. */
  rules: readonly Rule[];
};
