import { isAddressEqual, type Address } from "viem";
import type { Scope } from "./scope.ts";
import type { LimitKind, Session } from "./session.ts";
import { toPeriodWords, type Words } from "./words.ts";

export function describeSpendMethod({ spendMethod }: Scope): string {
  return spendMethod === "permit2" ? " through Permit2" : "";
}

/** `, up to 100 USDC per day and 500 USDC in all`, `, losing at most 50 USDC per day`, `, selling only what it bought`. */
export function describeBudget(token: Address, { limits }: Session, words: Words, lead = ", up to "): string {
  const toParts = (kind: LimitKind): string[] =>
    limits
      .filter((limit) => isAddressEqual(limit.token, token) && limit.kind === kind)
      .map(
        ({ amount, period }) =>
          `${words.toAmount(amount, token)} ${period === 0 ? "in all" : `per ${toPeriodWords(period)}`}`,
      );
  const [gross, net, inventory] = [toParts("gross"), toParts("net"), toParts("inventory")];
  return [
    gross.length > 0 && `${lead}${gross.join(" and ")}`,
    net.length > 0 && `, losing at most ${net.join(" and ")}`,
    inventory.length > 0 && ", selling only what it bought",
  ]
    .filter((part) => typeof part === "string")
    .join("");
}
