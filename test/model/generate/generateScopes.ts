import { numberToHex, pad, slice, toFunctionSelector, zeroAddress, type Address, type Hex } from "viem";
import type { Limit, Rule, Scope } from "@latchkey/sdk";
import type { Action, PullMethod } from "../reference/actions.ts";
import { native } from "../reference/ledger.ts";
import { encodeAction } from "../driver/encodeAction.ts";
import type { Draft } from "./draft.ts";

/** One to five scopes that a session with `limits` may have. */
export function generateScopes(draft: Draft, limits: readonly Limit[]): Scope[] {
  const { random } = draft;
  const possible = toPossible(draft, limits);
  const count = 1 + random.int(5);
  return Array.from({ length: count }, () => random.find(possible) ?? toScope(draft, { kind: "touch", word: 0n })).map(
    (scope) => refine(draft, scope, limits),
  );
}

function toPossible(draft: Draft, limits: readonly Limit[]): Scope[] {
  const { setting, actors } = draft;
  const has = (token: Address, kinds: readonly string[]) =>
    limits.some((limit) => limit.token === token && kinds.includes(limit.kind));
  const scopes = setting.tokens.flatMap(({ address: token }) => {
    const transfers: Action[] = [
      { kind: "transfer", token, to: actors.friend, amount: 0n },
      { kind: "transferFrom", token, from: actors.friend, to: actors.friend, amount: 0n },
    ];
    const pulls = has(token, ["gross", "net"])
      ? [
          toPull(draft, { kind: "borrow", token, amount: 0n }, token, "allowance"),
          toTrade(draft, "allowance", token),
          toTrade(draft, "permit2", token),
        ]
      : [];
    return [
      ...(has(token, ["gross"]) ? transfers.map((action) => toScope(draft, action, token)) : []),
      ...pulls,
      ...pulls,
    ];
  });
  const sends = has(native, ["gross"]) ? [{ ...toScope(draft, { kind: "send" }, actors.friend), maxValue: 1n }] : [];
  const sales = has(native, ["gross", "net"])
    ? [{ ...toScope(draft, { kind: "trade", by: "allowance", ...nothing }), maxValue: 1n }]
    : [];
  const wrapped = setting.tokens.filter(({ kind }) => kind === "wrapped").map(({ address }) => address);
  const wraps = wrapped.flatMap((token) => [
    ...(has(native, ["gross", "net"]) ? [{ ...toScope(draft, { kind: "wrap" }, token), maxValue: 1n }] : []),
    toScope(draft, { kind: "unwrap", amount: 0n }, token),
  ]);
  return [
    ...scopes,
    ...scopes,
    ...wraps,
    ...sends,
    ...sales,
    toScope(draft, { kind: "touch", word: 0n }),
    // By an allowance that the owner gave the market before.
    toScope(draft, { kind: "trade", by: "allowance", ...nothing }),
    ...(draft.random.chance(0.3) ? [toScope(draft, { kind: "fail" }), toScope(draft, { kind: "reenter" })] : []),
  ];
}

type Choice = readonly [() => Rule, ...(() => Rule)[]];

/** Where the amounts are among the arguments. */
const amountOffsets: Readonly<Record<Hex, readonly number[]>> = {
  [toFunctionSelector("transfer(address,uint256)")]: [32],
  [toFunctionSelector("transferFrom(address,address,uint256)")]: [64],
  [toFunctionSelector("borrow(address,uint256)")]: [32],
  [toFunctionSelector("trade(address,uint256,address,uint256)")]: [32, 96],
  [toFunctionSelector("tradeByPermit2(address,uint256,address,uint256)")]: [32, 96],
};
const nothing = { sell: native, sold: 0n, buy: native, bought: 0n };

export function toScope(draft: Draft, action: Action, target: Address = draft.setting.market): Scope {
  const data = encodeAction(action, draft.setting);
  return {
    target,
    selector: data === "0x" ? "0x00000000" : slice(data, 0, 4),
    maxValue: 0n,
    spendToken: zeroAddress,
    spendMethod: "none",
    policy: zeroAddress,
    rules: [],
  };
}

function toTrade(draft: Draft, by: PullMethod, token: Address): Scope {
  return toPull(draft, { kind: "trade", by, ...nothing }, token, by);
}

function toPull(draft: Draft, action: Action, spendToken: Address, spendMethod: PullMethod): Scope {
  return { ...toScope(draft, action), spendToken, spendMethod };
}

/** Adds a value, rules or a policy. */
function refine(draft: Draft, scope: Scope, limits: readonly Limit[]): Scope {
  const { random, setting } = draft;
  const isPlain = scope.selector === "0x00000000";
  const isToken = setting.tokens.some(({ address }) => address === scope.target);
  const hasNative = limits.some(({ token, kind }) => token === native && kind !== "inventory");
  const takesValue = scope.maxValue > 0n || (hasNative && !isToken && !isPlain && random.chance(0.3));
  return {
    ...scope,
    ...(random.chance(0.08) ? generateSpend(draft, scope, limits) : {}),
    maxValue: takesValue ? random.pick([1n, 100n, 5_000n]) : 0n,
    rules: isPlain || random.chance(0.65) ? [] : generateRules(draft, scope),
    policy: !isPlain && random.chance(0.12) ? setting.policy : zeroAddress,
  };
}

/** A token that the target may pull, whatever it does; not always one that may be granted. */
function generateSpend({ random }: Draft, scope: Scope, limits: readonly Limit[]): Partial<Scope> {
  const spendToken = random.find(limits)?.token;
  if (spendToken === undefined || scope.spendMethod !== "none") return {};
  return { spendToken, spendMethod: random.pick(["allowance", "permit2"]) };
}

function generateRules(draft: Draft, scope: Scope): Rule[] {
  const { random, actors } = draft;
  const toWord = (value: Hex): Hex => pad(value, { size: 32 });
  const offsets = amountOffsets[scope.selector] ?? [0];
  const toOffset = () => random.find(offsets) ?? 0;
  const likely: Choice = [
    () => ({
      op: "atMost",
      offset: toOffset(),
      values: [toWord(numberToHex(random.int(3_000)))],
    }),
    () => ({ op: "atLeast", offset: toOffset(), values: [toWord(numberToHex(random.int(5)))] }),
    () => ({ op: "notEqual", offset: toOffset(), values: [toWord(numberToHex(random.int(3)))] }),
    () => ({ op: "oneOf", offset: 0, values: toParties(draft).map(toWord) }),
  ];
  const unlikely: Choice = [
    () => ({ op: "equal", offset: 0, values: [toWord(random.find(toParties(draft)) ?? actors.friend)] }),
    () => ({ op: "isAccount", offset: random.pick([0, 32]), values: [] }),
    () => ({ op: "atMost", offset: random.pick([1, 97, 128, 60_000]), values: [toWord("0xff")] }),
  ];
  const rule = (): Rule => random.pick(random.chance(0.2) ? unlikely : likely)();
  return random.chance(0.3) ? [rule(), rule()] : [rule()];
}

/** Whatever may stand where an address is expected. */
export function toParties({ setting, actors }: Draft): Address[] {
  return [
    actors.friend,
    setting.market,
    native,
    ...setting.tokens.map(({ address }) => address),
    ...setting.accounts.map(({ address }) => address),
  ];
}
