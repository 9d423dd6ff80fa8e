import { toFunctionSelector, type Address } from "viem";
import type { Scope } from "@latchkey/sdk";
import type { Action } from "../reference/actions.ts";
import { native } from "../reference/ledger.ts";
import { checkCall } from "../reference/rules.ts";
import type { SessionPlan } from "../reference/state.ts";
import { viewSession } from "../reference/views.ts";
import { encodeAction } from "../driver/encodeAction.ts";
import type { PlannedCall } from "../reference/operation.ts";
import type { Draft } from "./draft.ts";
import { toParties } from "./generateScopes.ts";

/** A call under `scope`, more often than not one that the scope admits. */
export function generateCall(draft: Draft, plan: SessionPlan, scope: Scope): PlannedCall {
  let call = generateAnyCall(draft, plan, scope);
  for (let attempt = 0; attempt < 6 && checkCall(0, scope, call, plan.session.account); attempt += 1) {
    call = generateAnyCall(draft, plan, scope);
  }
  return call;
}

function generateAnyCall(draft: Draft, plan: SessionPlan, scope: Scope): PlannedCall {
  const { random, setting } = draft;
  const action = generateAction(draft, plan, scope);
  const value =
    scope.maxValue > 0n && random.chance(0.8) ? min(scope.maxValue, generateAmount(draft, plan, native, scope)) : 0n;
  return { scope, isProven: true, value, data: encodeAction(action, setting), action };
}

const selectors = {
  transfer: toFunctionSelector("transfer(address,uint256)"),
  transferFrom: toFunctionSelector("transferFrom(address,address,uint256)"),
  trade: toFunctionSelector("trade(address,uint256,address,uint256)"),
  tradeByPermit2: toFunctionSelector("tradeByPermit2(address,uint256,address,uint256)"),
  borrow: toFunctionSelector("borrow(address,uint256)"),
  deposit: toFunctionSelector("deposit()"),
  withdraw: toFunctionSelector("withdraw(uint256)"),
  reenter: toFunctionSelector("reenter(address,bytes)"),
  fail: toFunctionSelector("fail(uint256)"),
};

function generateAction(draft: Draft, plan: SessionPlan, scope: Scope): Action {
  const { random, setting, actors } = draft;
  const { account } = plan.session;
  const { target, spendToken, selector } = scope;
  const anyToken = (random.find(setting.tokens) ?? { address: native }).address;
  const pulled = scope.spendMethod === "none" ? anyToken : spendToken;
  switch (selector) {
    case "0x00000000":
      return { kind: "send" };
    case selectors.transfer: {
      const to = random.find(toParties(draft)) ?? actors.friend;
      // Whatever is sent to a token or to nobody known would not be seen again.
      const isSeen = to === actors.friend || to === setting.market || setting.accounts.some((a) => a.address === to);
      return {
        kind: "transfer",
        token: target,
        to: isSeen ? to : actors.friend,
        amount: generateAmount(draft, plan, target, scope),
      };
    }
    case selectors.transferFrom: {
      const from = random.pick([actors.friend, actors.friend, account]);
      const to = random.pick([actors.friend, account, setting.market]);
      return { kind: "transferFrom", token: target, from, to, amount: generateAmount(draft, plan, target, scope) };
    }
    case selectors.trade:
    case selectors.tradeByPermit2: {
      const isPermit2 = selector === selectors.tradeByPermit2;
      const sell = scope.maxValue > 0n && random.chance(0.5) && !isPermit2 ? native : pulled;
      const buy = random.chance(0.4)
        ? pulled
        : (random.find([native, ...setting.tokens.map((t) => t.address)]) ?? native);
      const bought = random.chance(0.7) ? generateAmount(draft, plan, buy, scope) : 0n;
      const sold = random.chance(0.8) ? generateAmount(draft, plan, sell, scope) : 0n;
      return { kind: "trade", by: isPermit2 ? "permit2" : "allowance", sell, sold, buy, bought };
    }
    case selectors.borrow:
      return { kind: "borrow", token: pulled, amount: generateAmount(draft, plan, pulled, scope) };
    case selectors.deposit:
      return { kind: "wrap" };
    case selectors.withdraw:
      return { kind: "unwrap", amount: generateAmount(draft, plan, target, scope) };
    case selectors.reenter:
      return { kind: "reenter" };
    case selectors.fail:
      return { kind: "fail" };
    default:
      return { kind: "touch", word: BigInt(random.int(4)) };
  }
}

/** More than anybody has: the largest limits are not for spending to the end. */
const plenty = 1_000_000_000n;

/** Small, or at the edge of what a limit has left or of what a rule admits. */
function generateAmount(draft: Draft, plan: SessionPlan, token: Address, { rules }: Scope): bigint {
  const { random, state } = draft;
  const { remaining } = viewSession(state, plan);
  const left = plan.session.limits.flatMap((limit, index) => (limit.token === token ? [remaining[index] ?? 0n] : []));
  const edge = min(random.find(left) ?? 100n, plenty);
  const ruled = rules.flatMap(({ op, values }) => (op === "atMost" || op === "atLeast" ? values : []));
  if (ruled.length > 0 && random.chance(0.3)) {
    const value = BigInt(random.find(ruled) ?? 0);
    return random.pick([value, value, value + 1n, value > 0n ? value - 1n : 0n]);
  }
  return random.pick([
    () => 0n,
    () => random.bigint(20n),
    () => random.bigint(edge + 1n),
    () => random.bigint(edge + 1n),
    () => edge / 2n,
    () => edge,
    () => edge + 1n,
    () => (edge * 20n) / 21n,
    () => random.bigint(edge * 2n + 1n),
  ])();
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
