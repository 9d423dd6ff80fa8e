import { type LimitKind, nativeToken, type Rule, type Scope, type Session } from "@latchkey/sdk";
import { type Address, getAddress, type Hex, toFunctionSelector } from "viem";
import type { Token } from "./config.ts";
import type { SessionAuthority } from "./sessionQueries.ts";
import { toSymbol } from "./tokens.ts";

export type Budget = {
  token: Address;
  /** Gross: may leave. Net: may be lost. Inventory: is held, and may be sold. */
  kind: LimitKind;
  amount: bigint;
  remaining: bigint;
  /** Seconds; 0 = the session's lifetime. */
  period: number;
  /** When the next window starts; `undefined` if none does before the session ends. */
  resetsAt: number | undefined;
};

/** Windows count from `validAfter` and are half-open, as the contract counts them. */
export const toResetAt = (
  session: Pick<Session, "validAfter" | "validUntil">,
  period: number,
  now: number,
): number | undefined => {
  if (period === 0 || now < session.validAfter) return undefined;
  const next = session.validAfter + (Math.floor((now - session.validAfter) / period) + 1) * period;
  return next < session.validUntil ? next : undefined;
};

export const toBudgets = (session: Session, authority: SessionAuthority, now: number): Budget[] =>
  session.limits.map((limit, index) => ({
    token: limit.token,
    kind: limit.kind,
    amount: limit.amount,
    remaining: authority.remaining[index] ?? 0n,
    period: limit.period,
    resetsAt: toResetAt(session, limit.period, now),
  }));

const transferSelector = toFunctionSelector("transfer(address,uint256)");
const exactInputSingleSelector = toFunctionSelector(
  "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))",
);

const toAddressWord = (word: Hex): Address => getAddress(`0x${word.slice(-40)}`);
const findEqual = (rules: readonly Rule[], offset: number): Hex | undefined =>
  rules.find((rule) => rule.op === "equal" && rule.offset === offset)?.values[0];

export type Swap = { router: Address; tokenIn: Address; tokenOut: Address; fee: Hex };

/** The one swap that a scope of the `uniswapSwap` template allows. */
export const findSwap = ({ target, selector, rules }: Scope): Swap | undefined => {
  if (selector !== exactInputSingleSelector) return undefined;
  const [tokenIn, tokenOut, fee] = [0, 32, 64].map((offset) => findEqual(rules, offset));
  if (tokenIn === undefined || tokenOut === undefined || fee === undefined) return undefined;
  return { router: target, tokenIn: toAddressWord(tokenIn), tokenOut: toAddressWord(tokenOut), fee };
};

const toScopeTitle = (scope: Scope, tokens: readonly Token[]): string => {
  const swap = findSwap(scope);
  if (swap !== undefined) return `Swap ${toSymbol(tokens, swap.tokenIn)} for ${toSymbol(tokens, swap.tokenOut)}`;
  if (scope.selector === transferSelector) return `Pay in ${toSymbol(tokens, scope.target)}`;
  if (scope.selector === "0x00000000") return `Pay in ${toSymbol(tokens, nativeToken)}`;
  return `Call ${toSymbol(tokens, scope.target)}`;
};

/** Scopes come in the order of their hashes; people want the trade first, the unknown last. */
const titleOrder = ["Swap", "Pay", "Call"];
const toRank = (title: string): number => titleOrder.findIndex((verb) => title.startsWith(verb));
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** A short name made from what the key may do, for keys that nobody named in this browser. */
export const toSessionTitle = (scopes: readonly Scope[], tokens: readonly Token[]): string => {
  const titles = new Set(scopes.map((scope) => toScopeTitle(scope, tokens)));
  const [first, second, ...others] = [...titles].toSorted((a, b) => toRank(a) - toRank(b));
  if (first === undefined) return "Nothing";
  if (second === undefined) return first;
  return others.length === 0 ? `${first}, ${lowerFirst(second)}` : `${first} and ${others.length + 1} more`;
};

export type EndWarning = "week" | "day" | "hour" | undefined;

/** Owners are warned 7 days, 1 day and 1 hour before a key ends; a key made for less is warned of from its last tenth. */
export const toEndWarning = (session: Pick<Session, "validAfter" | "validUntil">, now: number): EndWarning => {
  const left = session.validUntil - now;
  if (left <= 0) return undefined;
  const isLastTenth = left * 10 <= session.validUntil - session.validAfter;
  if (!isLastTenth) return undefined;
  if (left <= 3_600) return "hour";
  if (left <= 86_400) return "day";
  return left <= 7 * 86_400 ? "week" : undefined;
};
