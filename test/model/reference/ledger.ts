import type { Address } from "viem";
import { nativeToken } from "@latchkey/sdk";
import type { Setting, Token } from "./setting.ts";

export const native = nativeToken.toLowerCase() as Address;

/** Who has how much of what, and who may take it. */
export type Ledger = {
  readonly balances: Map<string, bigint>;
  /** By token, owner and spender; Permit2's under `permit2:`. */
  readonly allowances: Map<string, bigint>;
};

const unlimited = (1n << 256n) - 1n;

export function createLedger(): Ledger {
  return { balances: new Map(), allowances: new Map() };
}

export function copyLedger(ledger: Ledger): Ledger {
  return { balances: new Map(ledger.balances), allowances: new Map(ledger.allowances) };
}

export function balanceOf(ledger: Ledger, token: Address, holder: Address): bigint {
  return ledger.balances.get(`${token}:${holder}`) ?? 0n;
}

export function setBalance(ledger: Ledger, token: Address, holder: Address, amount: bigint): void {
  ledger.balances.set(`${token}:${holder}`, amount);
}

export function allowanceOf(ledger: Ledger, token: Address, owner: Address, spender: Address): bigint {
  return ledger.allowances.get(`${token}:${owner}:${spender}`) ?? 0n;
}

export function setAllowance(ledger: Ledger, token: Address, by: { owner: Address; spender: Address }, amount: bigint) {
  ledger.allowances.set(`${token}:${by.owner}:${by.spender}`, amount);
}

/** Stands for `token` in Permit2's own book of allowances. */
export function toPermit2Token(token: Address): Address {
  return `${token}@permit2`;
}

/** How `token` moves; native moves as most do. */
export function getToken({ tokens }: Setting, token: Address): Token {
  return tokens.find(({ address }) => address === token) ?? { address: token, feeBps: 0n, kind: "plain" };
}

export type Move = { token: Address; from: Address; to: Address; amount: bigint };

/** Whether `move` was possible. One that was not may have left the ledger half changed, as an EVM frame before its undoing. */
export function move(setting: Setting, ledger: Ledger, { token, from, to, amount }: Move): boolean {
  const { feeBps, kind } = getToken(setting, token);
  if (kind === "refusing") return true;
  const fee = (amount * feeBps) / 10_000n;
  const before = balanceOf(ledger, token, from);
  if (before < amount + fee) return false;
  setBalance(ledger, token, from, before - amount - fee);
  setBalance(ledger, token, to, balanceOf(ledger, token, to) + amount);
  return true;
}

/** `move` by `spender`, out of the allowance that it has from `from`. */
export function moveFrom(setting: Setting, ledger: Ledger, spender: Address, moved: Move): boolean {
  const { token, from, amount } = moved;
  // WETH9 lets everyone move their own.
  if (from === spender && getToken(setting, token).kind === "wrapped") return move(setting, ledger, moved);
  const allowance = allowanceOf(ledger, token, from, spender);
  if (allowance < amount) return false;
  // As OpenZeppelin's tokens and WETH9: an unlimited allowance is not used up.
  if (allowance !== unlimited) setAllowance(ledger, token, { owner: from, spender }, allowance - amount);
  return move(setting, ledger, moved);
}
