import { hexToBigInt, size, slice, type Address, type Hex } from "viem";
import type { Rule, Scope } from "@latchkey/sdk";
import { refuse, type Refusal } from "./verdict.ts";

/** What a call brings that its scope decides about. */
export type CallContent = { value: bigint; data: Hex };

/** Why `scope` does not admit call number `index`; the checks in the order of DESIGN. */
export function checkCall(
  index: number,
  scope: Scope,
  { value, data }: CallContent,
  account: Address,
): Refusal | undefined {
  if (value > scope.maxValue) return refuse("CallValueTooHigh", index, value, scope.maxValue);
  const isPlain = scope.selector === "0x00000000";
  const length = size(data);
  const isSelected = isPlain ? length === 0 : length >= 4 && slice(data, 0, 4) === scope.selector;
  if (!isSelected) return refuse("CallDataInvalid", index, undefined, length);
  for (const [ruleIndex, rule] of scope.rules.entries()) {
    const refusal = checkRule([index, ruleIndex], rule, data, account);
    if (refusal) return refusal;
  }
  return undefined;
}

function checkRule(at: readonly number[], rule: Rule, data: Hex, account: Address): Refusal | undefined {
  const start = 4 + rule.offset;
  if (size(data) < start + 32) return refuse("RuleOutOfBounds", ...at, size(data));
  const word = slice(data, start, start + 32);
  return isKept(rule, word, account) ? undefined : refuse("RuleBroken", ...at, word);
}

function isKept({ op, values }: Rule, word: Hex, account: Address): boolean {
  const given = hexToBigInt(word);
  const wanted = values.map((value) => hexToBigInt(value));
  switch (op) {
    case "equal":
      return wanted.every((value) => given === value);
    case "notEqual":
      return wanted.every((value) => given !== value);
    case "atMost":
      return wanted.every((value) => given <= value);
    case "atLeast":
      return wanted.every((value) => given >= value);
    case "oneOf":
      return wanted.includes(given);
    case "isAccount":
      return given === hexToBigInt(account);
  }
}
