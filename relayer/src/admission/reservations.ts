import { nativeToken, type Order, type Session } from "@latchkey/sdk";
import { hexToBigInt, isAddressEqual, slice, type Address } from "viem";
import { ProblemError } from "../problem.ts";
import { toRefusal } from "./toRefusal.ts";

/** What an order holds of each limit of its session, by the limit's index. */
export type Reservations = readonly bigint[];

/** Where the amount stands in the calldata of `transfer` and `transferFrom`. */
const amountAt: Readonly<Record<string, number>> = { "0xa9059cbb": 36, "0x23b872dd": 68 };

/** What the calls say they spend: amounts of token transfers, and wei. */
export function toDeclaredSpend(session: Session, order: Pick<Order, "calls">): Reservations {
  return session.limits.map(({ token }) => {
    let sum = 0n;
    for (const { target, value, data } of order.calls) {
      if (isAddressEqual(token, nativeToken)) sum += value;
      else if (isAddressEqual(token, target)) sum += toTransferAmount(data);
    }
    return sum;
  });
}

function toTransferAmount(data: `0x${string}`): bigint {
  const at = amountAt[data.slice(0, 10)];
  // Shorter data is refused by the check of the call.
  return at === undefined || data.length < 2 + 2 * (at + 32) ? 0n : hexToBigInt(slice(data, at, at + 32));
}

/** The greater of what the calls declare and what a run of them was seen to spend. */
export function toReservations(
  session: Session,
  declared: Reservations,
  spent: (token: Address) => bigint,
): Reservations {
  return session.limits.map(({ token }, limit) => {
    const [stated, seen] = [declared[limit] ?? 0n, spent(token)];
    return stated > seen ? stated : seen;
  });
}

/** Throws if a limit has less left than the order needs, or less than it needs beside `reserved`. */
export function checkBudget({
  session,
  remaining,
  needed,
  reserved,
}: {
  session: Session;
  remaining: readonly bigint[];
  needed: Reservations;
  reserved: Reservations;
}): void {
  for (const [index, limit] of session.limits.entries()) {
    const [left, need, held] = [remaining[index] ?? 0n, needed[index] ?? 0n, reserved[index] ?? 0n];
    if (need > left) {
      const charged = limit.amount - left + need;
      throw toRefusal({ name: "LimitExceeded", args: [BigInt(index), limit.token, charged, limit.amount] });
    }
    if (need > 0n && need + held > left) {
      throw new ProblemError(
        "budget-reserved",
        `Limit number ${index + 1} has ${left} left, of which orders in flight hold ${held}; the order needs ${need}`,
        {
          rule: {
            name: "BudgetReserved",
            args: [BigInt(index), limit.token, left, held, need],
            sentence: `Orders in flight hold ${held} of the ${left} left of ${limit.token}; the order needs ${need}.`,
          },
          retryAfterSeconds: 1,
        },
      );
    }
  }
}
