import { concatHex, slice, toHex, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import { createScope, EncodingError, FieldInvalidError, packScope, unpackScope, type Scope } from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createRandom, createRandomScope } from "./support/random.ts";

const scope = createScope({ target: "0x00000000000000000000000000000000000000aa", function: "0x12345678" });
const withRule = (change: object): Scope => ({
  ...scope,
  rules: [{ op: "equal", offset: 0, values: [toHex(1, { size: 32 })], ...change }],
});

describe("packScope", () => {
  it("is undone by unpackScope, for 500 random scopes", () => {
    const random = createRandom(20);
    for (const original of random.list(500, () => createRandomScope(random))) {
      const packed = packScope(original);
      expect(unpackScope(packed)).toEqual(original);
      expect(packScope(unpackScope(packed))).toBe(packed);
    }
  });

  it.each([
    ["a short selector", { ...scope, selector: "0x1234" }, "scope.selector"],
    ["a value beyond 128 bits", { ...scope, maxValue: 1n << 128n }, "scope.maxValue"],
    ["a spend token without a method", { ...scope, spendToken: scope.target }, "scope.spendToken"],
    ["a method without a spend token", { ...scope, spendMethod: "allowance" }, "scope.spendToken"],
    ["an unknown method", { ...scope, spendMethod: "steal" }, "scope.spendMethod"],
    ["an unknown operator", withRule({ op: "near" }), "scope.rules[0].op"],
    ["an offset beyond 16 bits", withRule({ offset: 65_536 }), "scope.rules[0].offset"],
    ["a rule without a value", withRule({ values: [] }), "scope.rules[0].values"],
    ["a short value", withRule({ values: ["0x01"] }), "scope.rules[0].values[0]"],
    [
      "17 alternatives",
      withRule({ op: "oneOf", values: Array(17).fill(toHex(1, { size: 32 })) }),
      "scope.rules[0].values",
    ],
    ["a value for isAccount", withRule({ op: "isAccount" }), "scope.rules[0].values"],
    ["256 rules", { ...scope, rules: Array(256).fill(withRule({}).rules[0]) }, "number of scope.rules"],
  ])("refuses %s and names the field", (_, odd, path) => {
    const error = attempt(() => packScope(odd as Scope));
    expect(error).toBeInstanceOf(FieldInvalidError);
    expect(error).toHaveProperty("path", path);
  });
});

describe("unpackScope", () => {
  const packed = packScope(scope);
  const setFlags = (flags: number): Hex => concatHex([toHex(flags, { size: 1 }), slice(packed, 1)]);
  const rule = packScope(withRule({}));
  const setOp = (op: number, ...rest: Hex[]): Hex => concatHex([slice(rule, 0, 26), toHex(op, { size: 1 }), ...rest]);

  it.each([
    ["nothing", "0x"],
    ["a byte too few", slice(packed, 0, 25)],
    ["a byte too many", concatHex([packed, "0x00"])],
    ["flag 4", setFlags(1 << 4)],
    ["spend method 3", setFlags(3 << 1)],
    ["a maxValue of 0", concatHex([setFlags(1), toHex(0, { size: 16 })])],
    ["a spend token of 0", concatHex([setFlags(1 << 1), toHex(0, { size: 20 })])],
    ["a policy of 0", concatHex([setFlags(1 << 3), toHex(0, { size: 20 })])],
    ["a rule that is missing", concatHex([slice(packed, 0, 1), "0x01", slice(packed, 2)])],
    ["operator 6", setOp(6, slice(rule, 27))],
    ["one of none", setOp(4, "0x0000", "0x00")],
    ["one of 17", setOp(4, "0x0000", "0x11", toHex(0, { size: 17 * 32 }))],
  ] as const)("refuses %s", (_, odd) => {
    expect(attempt(() => unpackScope(odd))).toBeInstanceOf(EncodingError);
  });

  it("refuses 3,000 randomly changed forms, or reads them back to the same bytes", () => {
    const random = createRandom(21);
    for (let i = 0; i < 3000; i += 1) {
      const digits = packScope(createRandomScope(random)).split("");
      digits[2 + random.below(digits.length - 2)] = random.below(16).toString(16);
      const changed = digits.join("") as Hex;
      expect(readBack(changed)).toBe(changed);
    }
  });
});

/** `packed` if it is refused, and otherwise what reading and packing makes of it. */
function readBack(packed: Hex): Hex {
  const read = attempt(() => unpackScope(packed));
  if (read instanceof EncodingError) return packed;
  if (read instanceof Error) throw read;
  return packScope(read);
}
