import { describe, expect, it } from "vitest";
import { toMaximumLoss } from "../src/lib/maximumLoss.ts";
import { usdc, weth } from "./fixtures.ts";

const day = 86_400;
const limit = (token: typeof usdc, amount: bigint, period: number) => ({
  token: token.address,
  amount,
  period,
  approveAbove: 0n,
  kind: "gross" as const,
});
const week = { validAfter: 1_000, validUntil: 1_000 + 7 * day };

describe("toMaximumLoss", () => {
  it("counts every window until the end", () => {
    expect(toMaximumLoss({ ...week, limits: [limit(usdc, 100n, day)] })).toEqual([
      { token: usdc.address, total: 700n, burst: 200n },
    ]);
  });

  it("counts a window that is cut short as a whole one", () => {
    const session = { validAfter: 0, validUntil: day + 1, limits: [limit(usdc, 100n, day)] };
    expect(toMaximumLoss(session)[0]?.total).toBe(200n);
  });

  it("counts a lifetime limit once", () => {
    expect(toMaximumLoss({ ...week, limits: [limit(usdc, 100n, 0)] })[0]).toMatchObject({ total: 100n, burst: 100n });
  });

  it("takes the tightest of several limits on one token", () => {
    const limits = [limit(usdc, 100n, 3_600), limit(usdc, 1_000n, day), limit(usdc, 5_000n, 0)];
    expect(toMaximumLoss({ ...week, limits })).toEqual([{ token: usdc.address, total: 5_000n, burst: 200n }]);
  });

  it("keeps tokens apart", () => {
    expect(toMaximumLoss({ ...week, limits: [limit(usdc, 1n, 0), limit(weth, 2n, 0)] })).toHaveLength(2);
  });
});
