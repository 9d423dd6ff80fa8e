import { getAddress, hexToBigInt, slice, type Address, type Hex } from "viem";
import { findKnownFunction, type Argument } from "./knownFunctions.ts";
import type { Rule, RuleOp, Scope } from "./scope.ts";
import { toEnumeration, toGrouped, type Words } from "./words.ts";

/** A clause such as `amountIn must be at most 5 USDC`; what cannot be named is shown as the rule's own words. */
export function describeRule(rule: Rule, scope: Scope, words: Words): string {
  const argument = findKnownFunction(scope.selector)?.arguments[rule.offset / 32];
  const subject = argument?.name ?? `the argument word at byte ${rule.offset}`;
  const values = toEnumeration(
    rule.values.map((value) => describeWord(value, argument, scope, words)),
    "or",
  );
  return `${subject} ${phrases[rule.op]} ${rule.op === "isAccount" ? "your account" : values}`;
}

const phrases: Readonly<Record<RuleOp, string>> = {
  equal: "must be",
  notEqual: "must not be",
  atMost: "must be at most",
  atLeast: "must be at least",
  oneOf: "must be",
  isAccount: "must be",
};

/** Name or address in a word; the word itself if it is not clean. */
export function toAddressWords(word: Hex, words: Words): string {
  const address = toAddress(word);
  return address === undefined ? word : words.toName(address);
}

/** The address in a word with clean high bits. */
export function toAddress(word: Hex): Address | undefined {
  return hexToBigInt(word) >> 160n === 0n ? getAddress(slice(word, 12)) : undefined;
}

function describeWord(word: Hex, argument: Argument | undefined, scope: Scope, words: Words): string {
  if (argument === undefined) return word;
  if (argument.type === "address") return toAddressWords(word, words);
  const number = hexToBigInt(word);
  if (argument.name === "fee") return number <= 1_000_000n ? `${Number(number) / 10_000} %` : word;
  const token = findTokenOfAmount(argument, scope);
  return token === undefined ? toGrouped(number.toString()) : words.toAmount(number, token);
}

/** The token an amount is of: the target of a token's own function, or what another rule fixes for a swap. */
function findTokenOfAmount({ name }: Argument, { target, rules }: Scope): Address | undefined {
  if (name === "amount") return target;
  const offset = name.startsWith("amountIn") ? 0 : name.startsWith("amountOut") ? 32 : undefined;
  const rule = rules.find((candidate) => candidate.op === "equal" && candidate.offset === offset);
  const [word]: readonly (Hex | undefined)[] = rule?.values ?? [];
  return word === undefined ? undefined : toAddress(word);
}
