import type { Address } from "viem";
import type { Limit } from "@latchkey/sdk";
import { native } from "../reference/ledger.ts";
import type { Draft } from "./draft.ts";

const amountMax = (1n << 104n) - 1n;

/** None to five limits; often several on one token. */
export function generateLimits({ random, setting }: Draft, hasApprover: boolean): Limit[] {
  const tokens: Address[] = [native, ...setting.tokens.map(({ address }) => address)];
  const favourite = random.find(tokens) ?? native;
  const count = random.pick([0, 1, 1, 2, 2, 3, 3, 4, 5]);
  return Array.from({ length: count }, (): Limit => {
    const token = random.chance(0.5) ? favourite : (random.find(tokens) ?? native);
    const kind = random.pick(["gross", "gross", "gross", "net", "net", "inventory"]);
    const amount = random.pick([1n, 100n, 100n, 1_000n, 1_000n, 5_000n, 20_000n]);
    return {
      token,
      kind,
      amount: kind === "inventory" ? random.pick([0n, 0n, amount, amount, amountMax]) : amount,
      period: kind === "inventory" ? 0 : random.pick([0, 60, 60, 600, 3_600]),
      approveAbove: hasApprover && random.chance(0.6) ? random.pick([1n, amount / 2n + 1n, amount + 1n]) : 0n,
    };
  });
}
