import { describe, expect, it } from "vitest";
import { meterOrder, toInitialCount, toRemaining, type Limit, type LimitKind } from "../src/index.ts";
import { createRandom } from "./support/random.ts";

const token = createRandom(150).address();
const limitOf = (kind: LimitKind, amount = 100n): Limit => ({ token, amount, period: 0, approveAbove: 0n, kind });
const charge = (charged: bigint, change: bigint) => ({ charged, change });

describe("meterOrder", () => {
  it("sums what a gross limit charges, and forgets what comes back", () => {
    const limit = limitOf("gross");
    expect(meterOrder(limit, 0, 30n, charge(70n, 500n))).toEqual({ counted: 100n });
    expect(meterOrder(limit, 2, 30n, charge(71n, -71n))).toEqual({
      refusal: { error: "LimitExceeded", args: [2n, token, 101n, 100n] },
    });
  });

  it("nets what comes back under a loss limit, but keeps no credit", () => {
    const limit = limitOf("net");
    expect(meterOrder(limit, 0, 30n, charge(500n, -70n))).toEqual({ counted: 100n });
    expect(meterOrder(limit, 0, 30n, charge(500n, 20n))).toEqual({ counted: 10n });
    expect(meterOrder(limit, 0, 30n, charge(500n, 40n))).toEqual({ counted: 0n });
    expect(meterOrder(limit, 1, 30n, charge(500n, -71n))).toEqual({
      refusal: { error: "LimitExceeded", args: [1n, token, 101n, 100n] },
    });
  });

  it("lets an inventory sell what it holds and no more", () => {
    const limit = limitOf("inventory", 5n);
    expect(meterOrder(limit, 0, toInitialCount(limit), charge(0n, 10n))).toEqual({ counted: 15n });
    expect(meterOrder(limit, 0, 15n, charge(15n, -15n))).toEqual({ counted: 0n });
    expect(meterOrder(limit, 3, 15n, charge(16n, -16n))).toEqual({
      refusal: { error: "InventoryExceeded", args: [3n, token, 16n, 15n] },
    });
    expect(meterOrder(limit, 0, 15n, charge(0n, 2n ** 200n))).toEqual({ counted: 2n ** 104n - 1n });
  });
});

it("toRemaining is what is left, or what is held", () => {
  expect(toRemaining(limitOf("gross"), 30n)).toBe(70n);
  expect(toRemaining(limitOf("net"), 100n)).toBe(0n);
  expect(toRemaining(limitOf("inventory"), 30n)).toBe(30n);
  expect([limitOf("gross"), limitOf("net"), limitOf("inventory")].map(toInitialCount)).toEqual([0n, 0n, 100n]);
});
