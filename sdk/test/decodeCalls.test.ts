import { concatHex, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import {
  decodeAccountExecute,
  decodeGrant,
  encodeAccountExecute,
  encodeGrant,
  encodePause,
  EncodingError,
  type Session,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createGrantable, createRandom, createRandomSession } from "./support/random.ts";

const random = createRandom(90);

describe("decodeGrant", () => {
  const { session, scopes } = createGrantable(random);
  const calldata = encodeGrant({ session, scopes });

  it("gives back what encodeGrant was given, whatever the session says", () => {
    for (let i = 0; i < 50; i += 1) {
      const granted = createGrantable(random);
      const odd: Session = { ...createRandomSession(random), scopesRoot: granted.session.scopesRoot };
      expect(decodeGrant(encodeGrant({ session: odd, scopes: granted.scopes }))).toEqual({
        session: odd,
        scopes: granted.scopes,
      });
    }
  });

  it.each([
    ["another function", encodePause(random.address())],
    ["nothing", "0x"],
    ["half of it", calldata.slice(0, 300) as Hex],
    ["trailing bytes, which a reader might skip", concatHex([calldata, "0x00"])],
    [
      "scopes the session does not commit to",
      encodeGrant({ session: { ...session, scopesRoot: random.bytes(32) }, scopes }),
    ],
  ] as const)("refuses %s", (_, odd) => {
    expect(attempt(() => decodeGrant(odd))).toBeInstanceOf(EncodingError);
  });

  it("refuses an enum beyond its values", () => {
    const dirty = encodeGrant({ session: { ...session, accountKind: "safe" }, scopes }).replace(
      /(0{63})2/,
      (_, zeros: string) => `${zeros}7`,
    ) as Hex;
    expect(attempt(() => decodeGrant(dirty))).toBeInstanceOf(EncodingError);
  });
});

describe("decodeAccountExecute", () => {
  const calls = random.list(3, () => ({ target: random.address(), value: random.bits(90), data: random.bytes(50) }));

  it("gives back the calls", () => {
    expect(decodeAccountExecute(encodeAccountExecute(calls))).toEqual(calls);
    expect(decodeAccountExecute(encodeAccountExecute([{ target: random.address() }]))).toMatchObject([
      { value: 0n, data: "0x" },
    ]);
  });

  it.each([
    ["another function", encodePause(random.address())],
    ["trailing bytes", concatHex([encodeAccountExecute(calls), "0x00"])],
    ["another mode", encodeAccountExecute(calls).replace("e9ae5c5301", "e9ae5c5300") as Hex],
  ] as const)("refuses %s", (_, odd) => {
    expect(attempt(() => decodeAccountExecute(odd))).toBeInstanceOf(EncodingError);
  });
});
