import type { Limit } from "@latchkey/sdk";
import { refuse, type Refusal } from "./verdict.ts";

/** What is counted under one limit. */
export type Meter = {
  /** Gross and net: spent in the period `period`. */
  spent: bigint;
  /** Inventory. */
  held: bigint;
  /** Spent in `period` since the last order that carried a valid approval. */
  unapproved: bigint;
  /** Index, from `validAfter`, of the period the counters are of. */
  period: number;
};

const maxHeld = (1n << 104n) - 1n;

export function createMeter(limit: Limit): Meter {
  return { spent: 0n, held: limit.amount, unapproved: 0n, period: 0 };
}

/** Windows are half-open and count from `validAfter`; without a period there is one. */
export function toPeriod(limit: Limit, validAfter: number, now: number): number {
  return limit.period === 0 || now < validAfter ? 0 : Math.floor((now - validAfter) / limit.period);
}

/** `meter` as it stands in period `period`: what was counted in another one is gone, what is held is not. */
export function rollMeter(meter: Meter, period: number): Meter {
  return meter.period === period ? meter : { ...meter, spent: 0n, unapproved: 0n, period };
}

/** What may still leave under the limit. */
export function toRemaining(limit: Limit, meter: Meter): bigint {
  return limit.kind === "inventory" ? meter.held : limit.amount - meter.spent;
}

export type Metered = { meter: Meter; refusal: Refusal | undefined };

/** Gross: counts `charge` of one call. Whether it was too much is asked when the order is over. */
export function chargeCall(meter: Meter, charge: bigint): Meter {
  return { ...meter, spent: meter.spent + charge };
}

/** Counts by how much the whole order changed the balance, and asks whether that, or what its calls cost, was too much. */
export function meterOrder(index: number, limit: Limit, meter: Meter, change: bigint): Metered {
  if (limit.kind === "inventory") {
    const held = meter.held + change;
    const refusal = held < 0n ? refuse("InventoryExceeded", index, limit.token, -change, meter.held) : undefined;
    return { meter: { ...meter, held: min(held, maxHeld) }, refusal };
  }
  const spent = limit.kind === "gross" ? meter.spent : max(0n, meter.spent - change);
  const isExceeded = spent > limit.amount;
  return {
    meter: { ...meter, spent },
    refusal: isExceeded ? refuse("LimitExceeded", index, limit.token, spent, limit.amount) : undefined,
  };
}

/** Counts `charge` of the whole order towards the approver's threshold, or starts anew if the approver signed. */
export function meterApproval(
  index: number,
  limit: Limit,
  meter: Meter,
  { charge, isApproved }: { charge: bigint; isApproved: boolean },
): Metered {
  if (limit.approveAbove === 0n) return { meter, refusal: undefined };
  const unapproved = isApproved ? 0n : meter.unapproved + charge;
  const isMissing = unapproved > limit.approveAbove;
  return {
    meter: { ...meter, unapproved },
    refusal: isMissing ? refuse("ApprovalMissing", index, unapproved, limit.approveAbove) : undefined,
  };
}

export function max(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((a, b) => (a > b ? a : b), first);
}

export function min(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((a, b) => (a < b ? a : b), first);
}
