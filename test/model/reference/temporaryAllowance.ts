import type { Address } from "viem";
import type { Scope } from "@latchkey/sdk";
import { allowanceOf, setAllowance, toPermit2Token, type Ledger } from "./ledger.ts";
import { max } from "./limits.ts";
import type { Setting } from "./setting.ts";

/** What a target may pull of `token` during one call. */
export type TemporaryAllowance = {
  scope: Scope;
  account: Address;
  cap: bigint;
  /** The allowance that the owner had given whom the call's is given. */
  earlier: bigint;
};

export function giveAllowance(
  setting: Setting,
  ledger: Ledger,
  { scope, account, cap }: Omit<TemporaryAllowance, "earlier">,
): TemporaryAllowance {
  const by = { owner: account, spender: toSpender(setting, scope) };
  const earlier = allowanceOf(ledger, scope.spendToken, by.owner, by.spender);
  setAllowance(ledger, scope.spendToken, by, cap);
  if (scope.spendMethod === "permit2") {
    setAllowance(ledger, toPermit2Token(scope.spendToken), { owner: account, spender: scope.target }, cap);
  }
  return { scope, account, cap, earlier };
}

/**
 * Takes the allowance back after a call, and tells how much of it was consumed. The owner's earlier one comes back,
 * unless somebody raised the allowance meanwhile: then nothing remains.
 */
export function takeAllowance(
  setting: Setting,
  ledger: Ledger,
  { scope, account, cap, earlier }: TemporaryAllowance,
): bigint {
  const by = { owner: account, spender: toSpender(setting, scope) };
  const remains = allowanceOf(ledger, scope.spendToken, by.owner, by.spender);
  setAllowance(ledger, scope.spendToken, by, remains <= cap ? earlier : 0n);
  if (scope.spendMethod === "permit2") {
    setAllowance(ledger, toPermit2Token(scope.spendToken), { owner: account, spender: scope.target }, 0n);
  }
  return max(0n, cap - remains);
}

function toSpender({ permit2 }: Setting, { spendMethod, target }: Scope): Address {
  return spendMethod === "permit2" ? permit2 : target;
}
