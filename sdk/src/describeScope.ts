import { isAddressEqual, zeroAddress, type Address, type Hex } from "viem";
import { describeBudget, describeSpendMethod } from "./describeBudget.ts";
import { describeRoute, isBoundedRoute, isConfinedRoute } from "./describeRoute.ts";
import { describeRule, toAddress, toAddressWords } from "./describeRule.ts";
import { findKnownFunction } from "./knownFunctions.ts";
import { nativeToken } from "./nativeToken.ts";
import type { Rule, Scope } from "./scope.ts";
import type { Session } from "./session.ts";
import { toEnumeration, type Words } from "./words.ts";

const noSelector = "0x00000000";
const transfer = "0xa9059cbb";
const transferFrom = "0x23b872dd";
const exactInputSingle = "0x04e45aaf";

/** What a scope lets the key do, and the rules that says. The others get a clause each, and so does its policy. */
type Action = {
  words: string;
  clauses?: readonly string[];
  said: readonly Rule[];
  saysPolicy?: boolean;
  caveat?: string;
};

/** One sentence that says all of a scope. */
export function describeScope(scope: Scope, session: Session, words: Words): string {
  const { words: action, clauses: more = [], said, saysPolicy = false, caveat } = describeAction(scope, session, words);
  const clauses = [
    scope.maxValue === 0n || scope.selector === noSelector
      ? action
      : `${action}, sending along up to ${words.toAmount(scope.maxValue, nativeToken)} with each call`,
    ...more,
    ...scope.rules.filter((rule) => !said.includes(rule)).map((rule) => describeRule(rule, scope, words)),
    ...(scope.policy === zeroAddress || saysPolicy
      ? []
      : [`the policy contract ${words.toName(scope.policy)} must agree`]),
    ...(caveat === undefined ? [] : [caveat]),
  ];
  return `${clauses.join("; ")}.`;
}

/** Whether it is certain that a scope sends nothing to another address than the account. */
export function isConfined(scope: Scope, session: Session, words: Words): boolean {
  return isConfinedSwap(scope, session, words) || isConfinedRoute(scope, session, words);
}

function isConfinedSwap(scope: Scope, session: Session, words: Words): boolean {
  // Wei beyond what a swap takes stays in the router, where anyone can pick it up.
  return scope.maxValue === 0n && describeSwap(scope, session, words) !== undefined;
}

/** Whether it is certain that a scope sends only to addresses that its sentence names. */
export function isPaymentToListed({ target, selector, rules }: Scope, words: Words): boolean {
  if (selector === noSelector) return true;
  const listsRecipients = rules.some(({ op, offset }) => offset === 0 && (op === "equal" || op === "oneOf"));
  return selector === transfer && listsRecipients && words.findToken(target) !== undefined;
}

/** Whether it is certain that a scope moves nothing but what the session limits. */
export function isBounded(scope: Scope, session: Session, words: Words): boolean {
  if (scope.selector === noSelector || isConfinedSwap(scope, session, words)) return true;
  if (isBoundedRoute(scope, session, words)) return true;
  const movesToken = [transfer, transferFrom, "0xd0e30db0", "0x2e1a7d4d"].includes(scope.selector);
  return movesToken && words.findToken(scope.target) !== undefined;
}

function describeAction(scope: Scope, session: Session, words: Words): Action {
  switch (scope.selector.toLowerCase()) {
    case noSelector:
      return describeNativeTransfer(scope, session, words);
    case transfer:
      return describeTransfer(scope, session, words);
    case transferFrom:
      return describeTransferFrom(scope, session, words);
    case exactInputSingle:
      return describeSwap(scope, session, words) ?? describeCall(scope, session, words);
    default: {
      const route = describeRoute(scope, session, words);
      return route === undefined ? describeCall(scope, session, words) : { ...route, said: [], saysPolicy: true };
    }
  }
}

function describeNativeTransfer({ target, maxValue }: Scope, session: Session, words: Words): Action {
  const amount = words.toAmount(maxValue, nativeToken);
  const budget = describeBudget(nativeToken, session, words);
  return { words: `Can send up to ${amount} at a time to ${words.toName(target)}${budget}`, said: [] };
}

function describeTransfer({ target, rules }: Scope, session: Session, words: Words): Action {
  const about = rules.filter(({ offset }) => offset === 0);
  const [rule] = about;
  const listsRecipients = about.length === 1 && rule !== undefined && (rule.op === "equal" || rule.op === "oneOf");
  const to = listsRecipients
    ? ` to ${toEnumeration(
        rule.values.map((word) => toAddressWords(word, words)),
        "or",
      )}`
    : about.length === 0
      ? " to anyone"
      : "";
  const budget = describeBudget(target, session, words);
  return { words: `Can send ${words.toName(target)}${to}${budget}`, said: listsRecipients ? [rule] : [] };
}

function describeTransferFrom({ target, rules }: Scope, session: Session, words: Words): Action {
  const from = rules.some(({ offset }) => offset === 0) ? "" : " from anyone who allowed your account to";
  const to = rules.some(({ offset }) => offset === 32) ? "" : " to anyone";
  const budget = describeBudget(target, session, words);
  return { words: `Can move ${words.toName(target)} by transferFrom${from}${to}${budget}`, said: [] };
}

/**
 * A swap whose tokens and recipient are fixed, on a target that the reader has named: a function's name alone proves
 * nothing about what a contract does.
 */
function describeSwap(scope: Scope, session: Session, words: Words): Action | undefined {
  const { target, selector, spendToken, rules } = scope;
  const label = words.findLabel(target);
  const tokenIn = findFixedAddress(rules, 0);
  const tokenOut = findFixedAddress(rules, 32);
  const recipient = rules.find(({ op, offset }) => op === "isAccount" && offset === 96);
  if (label === undefined || tokenIn === undefined || tokenOut === undefined || recipient === undefined)
    return undefined;
  if (selector !== exactInputSingle || scope.spendMethod === "none" || isAddressEqual(target, session.account)) {
    return undefined;
  }
  if (!isAddressEqual(tokenIn.address, spendToken)) return undefined;
  const budget = describeBudget(spendToken, session, words, ", paying with up to ");
  const swap = `Can swap ${words.toName(tokenIn.address)} for ${words.toName(tokenOut.address)} with exactInputSingle on ${label}`;
  return {
    words: `${swap}${describeSpendMethod(scope)}${budget}; what it buys must arrive in your account`,
    said: [tokenIn.rule, tokenOut.rule, recipient],
    caveat: "the price is not limited, so a thief of the key could trade at a bad one",
  };
}

function describeCall(scope: Scope, session: Session, words: Words): Action {
  const { target, selector, spendMethod, spendToken } = scope;
  const known = findKnownFunction(selector);
  const isNamed = words.findLabel(target) !== undefined || words.findToken(target) !== undefined;
  const name = known === undefined ? `the function ${selector}` : isNamed ? known.name : `${known.name} (${selector})`;
  const spending =
    spendMethod === "none"
      ? ""
      : `, which may take ${words.toName(spendToken)} from your account during the call${describeSpendMethod(scope)}${describeBudget(spendToken, session, words)}`;
  return {
    words: `Can call ${name} on ${words.toName(target)}${spending}`,
    said: [],
    ...(known !== undefined && isNamed
      ? {}
      : { caveat: "Latchkey does not know what this does, and bounds only the tokens that are limited" }),
  };
}

/** The one address that a rule allows at `offset`. */
function findFixedAddress(rules: readonly Rule[], offset: number): { rule: Rule; address: Address } | undefined {
  const rule = rules.find((candidate) => candidate.op === "equal" && candidate.offset === offset);
  const [word]: readonly (Hex | undefined)[] = rule?.values ?? [];
  const address = word === undefined ? undefined : toAddress(word);
  return rule === undefined || address === undefined ? undefined : { rule, address };
}
