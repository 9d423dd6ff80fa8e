import { describe, expect, it } from "vitest";
import {
  FieldInvalidError,
  hashScope,
  parseOrderJson,
  parseScopeJson,
  parseSessionJson,
  parseSignedOrderJson,
  toScopeJson,
  toSessionJson,
  toSignedOrderJson,
  type SignedOrder,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createRandom, createRandomScope, createRandomSession } from "./support/random.ts";

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("wire", () => {
  it("brings 100 random sessions and scopes through JSON unchanged", () => {
    const random = createRandom(50);
    for (let i = 0; i < 100; i += 1) {
      const [session, scope] = [createRandomSession(random), createRandomScope(random)];
      expect(parseSessionJson(throughJson(toSessionJson(session)))).toEqual(session);
      expect(parseScopeJson(throughJson(toScopeJson(scope)))).toEqual(scope);
    }
  });

  const random = createRandom(51);
  const scope = createRandomScope(random);
  const signed: SignedOrder = {
    order: {
      sessionId: random.bytes(32),
      nonce: 7,
      deadline: 1_800_000_000,
      gasLimit: 500_000,
      calls: [{ target: scope.target, value: 2n ** 255n, data: "0x1234", scope: hashScope(scope) }],
    },
    signature: random.bytes(65),
  };

  it("brings a signed order through JSON, amounts as decimal strings", () => {
    const json = toSignedOrderJson(signed);
    expect(json.order.calls[0]?.value).toBe((2n ** 255n).toString());
    expect(parseSignedOrderJson(throughJson(json))).toEqual(signed);
  });

  it.each([{ lease: random.bytes(71) }, { approval: random.bytes(65) }, { lease: "0x", approval: "0x12" }] as const)(
    "keeps what comes with a signed order: %j",
    (proofs) => {
      const proven = { ...signed, ...proofs };
      expect(parseSignedOrderJson(throughJson(toSignedOrderJson(proven)))).toEqual(proven);
    },
  );

  it("refuses a lease that is not bytes, and fields it does not know", () => {
    const json = toSignedOrderJson(signed);
    for (const [path, odd] of [
      ["lease", { lease: 7 }],
      ["approval", { approval: "0x123" }],
      ["body.tip", { tip: 1 }],
    ] as const) {
      const error = attempt(() => parseSignedOrderJson({ ...json, ...odd }));
      expect(error).toBeInstanceOf(FieldInvalidError);
      expect(error).toMatchObject({ path });
    }
  });

  const { order } = toSignedOrderJson(signed);
  const [call] = order.calls;

  it.each([
    ["no object", [], "order"],
    ["an unknown field", { ...order, tip: 1 }, "order.tip"],
    ["a missing field", { ...order, nonce: undefined }, "order.nonce"],
    ["a nonce as a string", { ...order, nonce: "7" }, "order.nonce"],
    ["a nonce beyond 24 bits", { ...order, nonce: 2 ** 24 }, "order.nonce"],
    ["a deadline that is not whole", { ...order, deadline: 1.5 }, "order.deadline"],
    ["a short session id", { ...order, sessionId: "0x12" }, "order.sessionId"],
    ["calls that are no list", { ...order, calls: {} }, "order.calls"],
    ["a value as a number", { ...order, calls: [{ ...call, value: 1 }] }, "order.calls[0].value"],
    ["a value in hex", { ...order, calls: [{ ...call, value: "0x1" }] }, "order.calls[0].value"],
    ["a value with a leading zero", { ...order, calls: [{ ...call, value: "01" }] }, "order.calls[0].value"],
    [
      "a value beyond 256 bits",
      { ...order, calls: [{ ...call, value: (1n << 256n).toString() }] },
      "order.calls[0].value",
    ],
    ["half a byte", { ...order, calls: [{ ...call, data: "0x123" }] }, "order.calls[0].data"],
    ["a target that is none", { ...order, calls: [{ ...call, target: "0x12" }] }, "order.calls[0].target"],
  ])("refuses %s and says where", (_, odd, path) => {
    const error = attempt(() => parseOrderJson(odd));
    expect(error).toBeInstanceOf(FieldInvalidError);
    expect(error).toHaveProperty("path", path);
  });

  it("refuses sessions and scopes with fields it does not know: they might mean something", () => {
    const session = createRandomSession(random);
    expect(attempt(() => parseSessionJson({ ...toSessionJson(session), owner: session.account }))).toBeInstanceOf(
      FieldInvalidError,
    );
    expect(attempt(() => parseScopeJson({ ...toScopeJson(scope), any: true }))).toBeInstanceOf(FieldInvalidError);
    expect(attempt(() => parseScopeJson({ ...toScopeJson(scope), spendMethod: "all" }))).toBeInstanceOf(
      FieldInvalidError,
    );
  });
});
