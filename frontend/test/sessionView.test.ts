import { createSession, templates } from "@latchkey/sdk";
import { describe, expect, it } from "vitest";
import { toBudgets, toEndWarning, toResetAt, toSessionTitle } from "../src/lib/sessionView.ts";
import { account, bot, recipient, router, usdc, weth } from "./fixtures.ts";

const day = 86_400;
// The SDK refuses to build what is already over.
const start = Math.floor(Date.now() / 1000);
const tokens = [usdc, weth];
const swap = templates.uniswapSwap({
  router,
  tokenIn: usdc.address,
  tokenOut: weth.address,
  fee: 3000,
  account,
  amount: 100n,
  period: day,
});
const { session, scopes } = createSession({
  account,
  signer: bot,
  validAfter: start,
  validUntil: start + 3 * day,
  maxOrders: 10,
  ...swap,
});

describe("toSessionTitle", () => {
  it("names a swap by its tokens", () => {
    expect(toSessionTitle(scopes, tokens)).toBe("Swap USDC for WETH");
  });

  it("names a payment by its token", () => {
    const payment = templates.payment({ token: usdc.address, recipients: [recipient], amount: 1n, period: 0 });
    expect(toSessionTitle(payment.scopes, tokens)).toBe("Pay in USDC");
  });
});

describe("toSessionTitle of several scopes", () => {
  const pay = (token: typeof usdc) =>
    templates.payment({ token: token.address, recipients: [recipient], amount: 1n, period: 0 }).scopes;

  it("puts the trade first", () => {
    expect(toSessionTitle([...pay(usdc), ...scopes], tokens)).toBe("Swap USDC for WETH, pay in USDC");
  });

  it("counts what it leaves out", () => {
    expect(toSessionTitle([...pay(usdc), ...scopes, ...pay(weth)], tokens)).toBe("Swap USDC for WETH and 2 more");
  });
});

describe("budgets", () => {
  it("put the remainder beside its limit", () => {
    const authority = { status: "active" as const, ordersUsed: 1, lastUsedAt: 0, remaining: [40n] };
    expect(toBudgets(session, authority, start)).toEqual([
      { token: usdc.address, kind: "gross", amount: 100n, remaining: 40n, period: day, resetsAt: start + day },
    ]);
  });

  it.each([
    [start - 1, undefined],
    [start, start + day],
    [start + day - 1, start + day],
    [start + day, start + 2 * day],
    [start + 2 * day, undefined],
  ])("at %i the next window starts at %s: windows are half-open and none starts at the end", (now, at) => {
    expect(toResetAt(session, day, now)).toBe(at);
  });
});

describe("toEndWarning", () => {
  const month = { validAfter: 0, validUntil: 100 * day };
  it.each([
    [50, undefined],
    [94, "week"],
    [99.5, "day"],
    [99.99, "hour"],
    [100, undefined],
  ])("after %d days warns of the last %s", (days, warning) => {
    expect(toEndWarning(month, days * day)).toBe(warning);
  });
});
