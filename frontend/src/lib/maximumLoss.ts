import type { Session } from "@latchkey/sdk";
import type { Address } from "viem";

/** The most that can leave the account in one token, if the key is stolen and nobody notices. */
export type TokenLoss = {
  token: Address;
  /** Until the session ends: every window of every limit used up; the tightest limit decides. */
  total: bigint;
  /** Within moments: a window's end and the next one's start lie side by side, so up to two windows' worth. */
  burst: bigint;
};

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** An upper bound from the limits alone, whatever the account holds; per token, in order of first mention. */
export const toMaximumLoss = (session: Pick<Session, "validAfter" | "validUntil" | "limits">): TokenLoss[] => {
  const duration = session.validUntil - session.validAfter;
  const losses = session.limits.reduce((known, limit) => {
    const windows = limit.period === 0 ? 1 : Math.max(1, Math.ceil(duration / limit.period));
    const total = limit.amount * BigInt(windows);
    const burst = limit.amount * BigInt(Math.min(windows, 2));
    const token = limit.token.toLowerCase();
    const before = known.get(token);
    return known.set(token, {
      token: limit.token,
      total: before === undefined ? total : min(before.total, total),
      burst: before === undefined ? burst : min(before.burst, burst),
    });
  }, new Map<string, TokenLoss>());
  return [...losses.values()];
};
