import type { Refusal } from "./admitOrder.ts";
import type { Limit } from "./session.ts";

/** What an order does to one token, as the manager measures it. */
export type Movement = {
  /** Summed call by call: the most of the declared amount, the temporary allowance consumed, and the drop in balance. */
  charged: bigint;
  /** Change of the account's balance across the whole order; negative if it fell. */
  change: bigint;
};

/** More than this is not counted as held. */
const heldMax = (1n << 104n) - 1n;

/** What is counted under `limit` at the start of its period: nothing spent, or what an inventory holds at first. */
export function toInitialCount({ kind, amount }: Limit): bigint {
  return kind === "inventory" ? amount : 0n;
}

/** What an order may still take, from what is counted: what is spent in the period, or what an inventory holds. */
export function toRemaining({ kind, amount }: Limit, counted: bigint): bigint {
  if (kind === "inventory") return counted;
  return counted < amount ? amount - counted : 0n;
}

/**
 * What is counted under the limit at `index` after an order, from what was before; or the manager's refusal.
 * Gross: `spent + charged`. Net: `max(0, spent - change)`. Inventory: `held + change`.
 */
export function meterOrder(
  limit: Limit,
  index: number,
  counted: bigint,
  { charged, change }: Movement,
): { counted: bigint } | { refusal: Refusal } {
  const { kind, token, amount } = limit;
  if (kind === "inventory") {
    const held = counted + change;
    if (held < 0n) return { refusal: { error: "InventoryExceeded", args: [BigInt(index), token, -change, counted] } };
    return { counted: held > heldMax ? heldMax : held };
  }
  const sum = kind === "gross" ? counted + charged : counted - change;
  const spent = sum < 0n ? 0n : sum;
  if (spent > amount) return { refusal: { error: "LimitExceeded", args: [BigInt(index), token, spent, amount] } };
  return { counted: spent };
}
