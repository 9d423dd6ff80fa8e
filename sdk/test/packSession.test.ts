import { concatHex, slice, toHex, zeroAddress, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import {
  EncodingError,
  FieldInvalidError,
  nativeToken,
  packSession,
  unpackSession,
  type Session,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createGrantable, createRandom, createRandomSession } from "./support/random.ts";

const { session } = createGrantable(createRandom(10));
const withLimit = (change: object): Session => ({
  ...session,
  limits: [{ token: session.account, amount: 1n, period: 0, approveAbove: 0n, kind: "gross", ...change }],
});
const setFlags = (packed: Hex, flags: number): Hex => concatHex([toHex(flags, { size: 2 }), slice(packed, 2)]);

describe("packSession", () => {
  it("is undone by unpackSession, for 500 random sessions", () => {
    const random = createRandom(11);
    for (const original of random.list(500, () => createRandomSession(random))) {
      const packed = packSession(original);
      expect(unpackSession(packed)).toEqual(original);
      expect(packSession(unpackSession(packed))).toBe(packed);
    }
  });

  it.each([
    ["a short signer", { ...session, signer: "0x1234" }, "session.signer"],
    ["a time beyond 48 bits", { ...session, validUntil: 2 ** 48 }, "session.validUntil"],
    ["a negative time", { ...session, validAfter: -1 }, "session.validAfter"],
    ["a fraction of an order", { ...session, maxOrders: 1.5 }, "session.maxOrders"],
    ["too many orders", { ...session, maxOrders: 2 ** 24 }, "session.maxOrders"],
    ["an account that is none", { ...session, account: "0x12" }, "session.account"],
    ["a short root", { ...session, scopesRoot: "0x12" }, "session.scopesRoot"],
    ["a limit of no token", withLimit({ token: zeroAddress }), "session.limits[0].token"],
    ["a limit beyond 104 bits", withLimit({ amount: 1n << 104n }), "session.limits[0].amount"],
    ["an unknown kind of limit", withLimit({ kind: "loss" }), "session.limits[0].kind"],
    ["an unknown kind of account", { ...session, accountKind: "eoa" }, "session.accountKind"],
    ["16 limits", { ...session, limits: Array.from({ length: 16 }, () => withLimit({}).limits[0]) }, "session.limits"],
  ])("refuses %s and names the field", (_, odd, path) => {
    const error = attempt(() => packSession(odd as Session));
    expect(error).toBeInstanceOf(FieldInvalidError);
    expect(error).toHaveProperty("path", path);
  });
});

describe("unpackSession", () => {
  const packed = packSession(session);
  const [zero4, zero20, zero32] = [4, 20, 32].map((size) => toHex(0, { size })) as [Hex, Hex, Hex];
  const limit = packSession(withLimit({}));

  it.each([
    ["nothing", "0x"],
    ["half a byte", `${packed}0` as Hex],
    ["a byte too few", slice(packed, 0, 92)],
    ["a byte too many", concatHex([packed, "0x00"])],
    ["flag 11", setFlags(packed, 1 << 11)],
    ["account kind 3", setFlags(packed, 3 << 9)],
    ["an empty rest of the signer", concatHex([setFlags(packed, 1 << 0), "0x0000"])],
    ["a minInterval of 0", concatHex([setFlags(packed, 1 << 1), zero4])],
    ["a relayer of 0", concatHex([setFlags(packed, 1 << 2), zero20])],
    ["a sentinel of 0", concatHex([setFlags(packed, 1 << 3), zero20])],
    ["a leaseTtl of 0", concatHex([setFlags(packed, 1 << 5), zero4])],
    ["an empty approver", concatHex([setFlags(packed, 1 << 6), "0x0000"])],
    ["a salt of 0", concatHex([setFlags(packed, 1 << 8), zero32])],
    ["a limit that is missing", setFlags(packed, 1 << 12)],
    ["limit kind 3", withLimitFlags(limit, 3)],
    ["limit flag 5", withLimitFlags(limit, 1 << 5)],
    ["a limit period of 0", concatHex([withLimitFlags(limit, 1 << 3), zero4])],
    ["an approveAbove of 0", concatHex([withLimitFlags(limit, 1 << 4), toHex(0, { size: 13 })])],
    ["a limit of token 0", concatHex([slice(limit, 0, 94), zero20, slice(limit, 114)])],
    ["the native token spelled out", concatHex([slice(limit, 0, 94), nativeToken, slice(limit, 114)])],
  ] as const)("refuses %s", (_, odd) => {
    expect(attempt(() => unpackSession(odd))).toBeInstanceOf(EncodingError);
  });

  it("refuses 3,000 randomly changed forms, or reads them back to the same bytes", () => {
    const random = createRandom(12);
    for (let i = 0; i < 3000; i += 1) {
      const original = packSession(createRandomSession(random));
      const digits = original.split("");
      digits[2 + random.below(digits.length - 2)] = random.below(16).toString(16);
      const changed = digits.join("") as Hex;
      expect(readBack(changed)).toBe(changed);
    }
  });
});

function withLimitFlags(packed: Hex, flags: number): Hex {
  return concatHex([slice(packed, 0, 93), toHex(flags, { size: 1 }), slice(packed, 94)]);
}

/** `packed` if it is refused, and otherwise what reading and packing makes of it. */
function readBack(packed: Hex): Hex {
  const read = attempt(() => unpackSession(packed));
  if (read instanceof EncodingError) return packed;
  if (read instanceof Error) throw read;
  return packSession(read);
}
