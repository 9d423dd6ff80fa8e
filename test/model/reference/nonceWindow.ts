import { refuse, type Refusal } from "./verdict.ts";

/** The nonces that are used, as an anti-replay window (RFC 6479). */
export type NonceWindow = {
  /** The lowest nonce above every used one. */
  next: number;
  /** The used ones. */
  used: ReadonlySet<number>;
};

/** How far below `next` a nonce may still be used. */
const reach = 64;

export const emptyNonceWindow: NonceWindow = { next: 0, used: new Set() };

export function checkNonce({ next, used }: NonceWindow, nonce: number): Refusal | undefined {
  if (nonce + reach < next) return refuse("NonceTooOld", nonce, next - reach);
  return used.has(nonce) ? refuse("NonceUsed", nonce) : undefined;
}

export function spendNonce({ next, used }: NonceWindow, nonce: number): NonceWindow {
  return { next: Math.max(next, nonce + 1), used: new Set(used).add(nonce) };
}

/** Whether no nonce below `maxOrders` can be used any more. */
export function isExhausted(window: NonceWindow, maxOrders: number): boolean {
  if (window.next < maxOrders) return false;
  for (let nonce = Math.max(0, window.next - reach); nonce < maxOrders; nonce += 1) {
    if (!window.used.has(nonce)) return false;
  }
  return true;
}

/** Bit i set = nonce `next - 1 - i` is used. */
export function toWindowBits({ next, used }: NonceWindow): bigint {
  let bits = 0n;
  for (let i = 0; i < reach; i += 1) if (used.has(next - 1 - i)) bits |= 1n << BigInt(i);
  return bits;
}
