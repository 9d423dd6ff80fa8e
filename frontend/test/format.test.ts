import { describe, expect, it } from "vitest";
import { parseAmount, toAmountText, toDurationText, toPeriodText } from "../src/lib/format.ts";

describe("toAmountText", () => {
  it.each([
    [1_234_567_890_000n, 6, "1,234,567.89"],
    [0n, 6, "0"],
    [1n, 18, "<0.000001"],
    [-2_500_000n, 6, "−2.5"],
    [999_999_999_999_999_999n, 18, "0.999999"],
  ])("shows %s with %i decimals as %s, never rounded up", (value, decimals, text) => {
    expect(toAmountText(value, decimals)).toBe(text);
  });
});

describe("parseAmount", () => {
  it.each([
    ["12.5", 12_500_000n],
    ["1,000", 1_000_000_000n],
    [" .5 ", 500_000n],
  ])("reads %j", (text, value) => {
    expect(parseAmount(text, 6)).toEqual({ ok: true, value });
  });

  it.each(["", "0", "-1", "1e3", "0x10", "1.2.3", "abc", "1.1234567"])("refuses %j", (text) => {
    expect(parseAmount(text, 6).ok).toBe(false);
  });
});

describe("durations", () => {
  it.each([
    [0, "0 seconds"],
    [1, "1 second"],
    [3_599, "59 minutes"],
    [86_400 * 6 + 5, "6 days"],
  ])("%i seconds are %s", (seconds, text) => {
    expect(toDurationText(seconds)).toBe(text);
  });

  it.each([
    [0, "in all"],
    [3_600, "per hour"],
    [86_400, "per day"],
    [604_800, "per week"],
    [7_200, "per 2 hours"],
  ])("a period of %i is said %s", (seconds, text) => {
    expect(toPeriodText(seconds)).toBe(text);
  });
});
