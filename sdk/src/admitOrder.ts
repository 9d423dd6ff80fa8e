import { hexToBigInt, isAddressEqual, size, slice, type Address, type Hex } from "viem";
import { hashScope } from "./hashScope.ts";
import type { Call, Order } from "./order.ts";
import type { Rule, RuleOp, Scope } from "./scope.ts";
import type { Session } from "./session.ts";

/** Why something is not allowed: the manager's error, with the arguments the manager would give it. */
export type Refusal = {
  /** Name of the error. */
  error: string;
  args: readonly unknown[];
  callIndex?: number;
  ruleIndex?: number;
};

const noSelector = "0x00000000";
/** Shortest data of token transfers: the meter reads an amount from them. */
const minLengths: Readonly<Record<string, number>> = { "0xa9059cbb": 68, "0x23b872dd": 100 };

/**
 * What the manager checks about an order without asking the chain: nonce, scopes, values, data and rules.
 * Signature, time, state, limits and policies are not checked here, lease and approval by `admitProofs`.
 */
export function admitOrder({
  session,
  scopes,
  order,
  manager,
}: {
  session: Session;
  scopes: readonly Scope[];
  order: Pick<Order, "nonce" | "calls">;
  /** The manager's own address, which no session may call. */
  manager?: Address;
}): Refusal | undefined {
  if (order.nonce >= session.maxOrders) {
    return { error: "NonceTooHigh", args: [order.nonce, session.maxOrders] };
  }
  const scopeOfLeaf = new Map(scopes.map((scope) => [hashScope(scope), scope]));
  for (const [callIndex, call] of order.calls.entries()) {
    const scope = scopeOfLeaf.get(call.scope.toLowerCase() as Hex);
    // A scope is of one target: a call to another one is not of that scope.
    if (scope === undefined || !isAddressEqual(scope.target, call.target)) {
      return { error: "ScopeNotGranted", args: [BigInt(callIndex), call.scope], callIndex };
    }
    const refusal = admitCall({ account: session.account, scope, call, callIndex, manager });
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Whether `scope` admits `call`, as the manager decides it. */
export function admitCall({
  account,
  scope,
  call: { value, data },
  callIndex,
  manager,
}: {
  account: Address;
  scope: Scope;
  call: Pick<Call, "value" | "data">;
  callIndex: number;
  manager?: Address | undefined;
}): Refusal | undefined {
  const index = BigInt(callIndex);
  const { target, selector, maxValue } = scope;
  if (isAddressEqual(target, account) || (manager !== undefined && isAddressEqual(target, manager))) {
    return { error: "ForbiddenTargetCalled", args: [index, target], callIndex };
  }
  if (value > maxValue) return { error: "CallValueTooHigh", args: [index, value, maxValue], callIndex };
  if (!hasSelector(data, selector)) {
    return { error: "CallDataInvalid", args: [index, selector, BigInt(size(data))], callIndex };
  }
  for (const [ruleIndex, rule] of scope.rules.entries()) {
    const wordAt = 4 + rule.offset;
    if (wordAt + 32 > size(data)) {
      return {
        error: "RuleOutOfBounds",
        args: [index, BigInt(ruleIndex), BigInt(size(data))],
        callIndex,
        ruleIndex,
      };
    }
    const word = slice(data, wordAt, wordAt + 32).toLowerCase() as Hex;
    if (!holds(rule, hexToBigInt(word), account)) {
      return { error: "RuleBroken", args: [index, BigInt(ruleIndex), word], callIndex, ruleIndex };
    }
  }
  return undefined;
}

/** The scope that admits `call`, or why the nearest one does not. */
export function findScope({
  session,
  scopes,
  call,
  callIndex = 0,
  manager,
}: {
  session: Session;
  scopes: readonly Scope[];
  call: Pick<Call, "target" | "value" | "data">;
  callIndex?: number;
  manager?: Address;
}): { scope: Scope; leaf: Hex } | { refusal: Refusal | undefined } {
  let nearest: { refusal: Refusal; rank: number } | undefined;
  for (const scope of scopes) {
    if (!isAddressEqual(scope.target, call.target)) continue;
    const refusal = admitCall({ account: session.account, scope, call, callIndex, manager });
    if (refusal === undefined) return { scope, leaf: hashScope(scope) };
    // The nearest is the one of the call's own function whose rules hold the longest.
    const rank = hasSelector(call.data, scope.selector) ? 1 + (refusal.ruleIndex ?? -1) + 1 : 0;
    if (nearest === undefined || rank > nearest.rank) nearest = { refusal, rank };
  }
  return { refusal: nearest?.refusal };
}

function hasSelector(data: Hex, selector: Hex): boolean {
  if (selector === noSelector) return size(data) === 0;
  if (size(data) < 4 || slice(data, 0, 4).toLowerCase() !== selector.toLowerCase()) return false;
  return size(data) >= (minLengths[selector.toLowerCase()] ?? 4);
}

function holds(rule: Rule, word: bigint, account: Address): boolean {
  if (rule.op === "isAccount") return word === hexToBigInt(account);
  const isMet = comparisons[rule.op];
  return rule.values.some((value) => isMet(word, hexToBigInt(value)));
}

const comparisons: Readonly<Record<Exclude<RuleOp, "isAccount">, (word: bigint, value: bigint) => boolean>> = {
  equal: (word, value) => word === value,
  notEqual: (word, value) => word !== value,
  atMost: (word, value) => word <= value,
  atLeast: (word, value) => word >= value,
  oneOf: (word, value) => word === value,
};
