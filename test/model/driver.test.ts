import { expect } from "chai";
import { actors } from "./driver/actors.ts";
import { compareVerdicts, compareViews } from "./driver/compare.ts";
import { createStart } from "./driver/endowments.ts";
import { shrinkSequence } from "./driver/shrinkSequence.ts";
import { generateSequence } from "./generate/generateSequence.ts";
import type { Operation } from "./reference/operation.ts";
import { refuse } from "./reference/verdict.ts";
import { setting } from "./support/setting.ts";

function toOperations(seconds: readonly number[]): Operation[] {
  return seconds.map((each) => ({
    seconds: each,
    step: { kind: "module", act: "onInstall", account: setting.market },
  }));
}

const unasked = { results: [], preflight: undefined };
const unchecked = { outcomes: [], checks: undefined };

describe("The driver of the reference model", () => {
  it("makes the same sequence of the same seed, and another of another", () => {
    const [first, again, other] = [7, 7, 8].map((seed) =>
      generateSequence(setting, actors, createStart(setting), seed),
    );
    expect(again).to.deep.equal(first);
    expect(other).not.to.deep.equal(first);
  });

  it("shrinks to what fails, and keeps its time", async () => {
    const operations = toOperations([1, 2, 4, 8, 16, 32, 64]);
    const culprit = operations[4]?.step;
    const shrunk = await shrinkSequence(operations, async (fewer) => fewer.some(({ step }) => step === culprit));
    expect(shrunk.map(({ seconds }) => seconds)).to.deep.equal([31]);
  });

  it("sees a refusal where acceptance was expected, and the other way round", () => {
    const refused = {
      error: { name: "NonceUsed", args: [1], selector: "0x00000001" as const },
      outcomes: [],
      ...unasked,
    };
    const accepted = { error: undefined, outcomes: [], ...unasked };
    expect(compareVerdicts({ verdict: [], ...unchecked }, accepted)).to.equal(undefined);
    expect(compareVerdicts({ verdict: [], ...unchecked }, refused)).to.contain("saw NonceUsed(1)");
    expect(compareVerdicts({ verdict: [refuse("NonceUsed", 1)], ...unchecked }, accepted)).to.contain("saw acceptance");
  });

  it("sees another error, another argument and another answer of preflight", () => {
    const observed = {
      error: { name: "NonceUsed", args: [1n], selector: "0x00000001" as const },
      outcomes: [],
      ...unasked,
    };
    const expectOf = (error: string, ...args: readonly unknown[]) =>
      compareVerdicts({ verdict: [refuse(error, ...args)], ...unchecked }, observed);
    expect(expectOf("NonceUsed", 1)).to.equal(undefined);
    expect(expectOf("NonceUsed", undefined)).to.equal(undefined);
    expect(expectOf("NonceUsed", 2)).to.contain("expected NonceUsed(2)");
    expect(expectOf("NonceTooOld", 1)).to.contain("expected NonceTooOld(1)");
    const { error } = observed;
    const asked = { error: undefined, outcomes: [], results: [], preflight: { error } };
    expect(compareVerdicts({ verdict: [], outcomes: [], checks: [] }, asked)).to.contain("preflight");
  });

  it("sees another outcome, and another result, of an order in a batch", () => {
    const failed = {
      result: "failed",
      error: { name: "CallReverted", args: [0n, "0x"], selector: "0x11111111" },
    } as const;
    const expected = {
      verdict: [],
      checks: undefined,
      outcomes: [{ result: "failed", verdict: [refuse("CallReverted", 0, undefined)] }],
    } as const;
    const observe = (
      outcome: typeof failed | { result: "skipped"; error: undefined },
      results: readonly `0x${string}`[],
    ) => compareVerdicts(expected, { error: undefined, outcomes: [outcome], results, preflight: undefined });
    expect(observe(failed, ["0x11111111"])).to.equal(undefined);
    expect(observe(failed, ["0x22222222"])).to.contain("0x22222222 was returned for 0x11111111");
    expect(observe({ result: "skipped", error: undefined }, ["0x11111111"])).to.contain("should be failed");
  });

  it("sees another value of a view, and none at all", () => {
    expect(compareViews({ status: ["paused", "expired"] }, { status: ["expired"] })).to.equal(undefined);
    expect(compareViews({ remaining: ["5"] }, { remaining: ["6"] })).to.equal("remaining: expected 5, but it is 6");
    expect(compareViews({ remaining: ["5"] }, {})).to.contain("undefined");
  });
});
