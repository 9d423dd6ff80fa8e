import { concatHex, size, slice, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import {
  EncodingError,
  FieldInvalidError,
  getScopeProof,
  hashScope,
  hashSession,
  packOrder,
  packSession,
  toRootOfProof,
  unpackOrder,
  type Order,
  type Scope,
  type Session,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createGrantable, createRandom, type Random } from "./support/random.ts";

function createSigned(
  random: Random,
  callCount = random.below(5),
): { order: Order; session: Session; scopes: Scope[]; signature: Hex } {
  const { session, scopes } = createGrantable(random);
  const order: Order = {
    sessionId: hashSession(session),
    nonce: Number(random.bits(24)),
    deadline: Number(random.bits(48)),
    gasLimit: Number(random.bits(32)),
    calls: random.list(callCount, () => {
      const scope = random.pick(scopes);
      const [value, data] = [random.bits(128), random.bytes(random.below(300))];
      return { target: scope.target, value, data, scope: hashScope(scope) };
    }),
  };
  return { order, session, scopes, signature: random.chance(0.8) ? random.bytes(65) : "0x" };
}

describe("packOrder", () => {
  it("is undone by unpackOrder, with proofs that lead to the root, for 200 random orders", () => {
    const random = createRandom(30);
    for (const signed of random.list(200, () => createSigned(random))) {
      const { callScopes, ...unpacked } = unpackOrder(packOrder(signed));
      expect(unpacked).toEqual({
        order: signed.order,
        session: signed.session,
        signature: signed.signature,
        lease: "0x",
        approval: "0x",
      });
      for (const [index, { scope, proof }] of callScopes.entries()) {
        const leaf = hashScope(scope);
        expect(leaf).toBe(signed.order.calls[index]?.scope);
        expect(proof).toEqual(getScopeProof(signed.scopes, leaf));
        expect(toRootOfProof(leaf, proof)).toBe(signed.session.scopesRoot);
      }
    }
  });

  it("carries a lease and an approval", () => {
    const signed = createSigned(createRandom(31));
    const unpacked = unpackOrder(packOrder({ ...signed, lease: "0x1234", approval: "0x56" }));
    expect(unpacked).toMatchObject({ lease: "0x1234", approval: "0x56" });
  });

  const signed = createSigned(createRandom(33), 1);
  const [call] = signed.order.calls;
  const withCall = (change: object): Order => ({
    ...signed.order,
    calls: call === undefined ? [] : [{ ...call, ...change }],
  });

  it.each([
    ["an order of another session", { ...signed.order, sessionId: `0x${"11".repeat(32)}` }, "order.sessionId"],
    ["a scope the session does not have", withCall({ scope: `0x${"11".repeat(32)}` }), "order.calls[0].scope"],
    ["a target that is not the scope's", withCall({ target: signed.session.account }), "order.calls[0].target"],
    ["a value beyond 128 bits", withCall({ value: 1n << 128n }), "order.calls[0].value"],
    ["a nonce beyond 24 bits", { ...signed.order, nonce: 2 ** 24 }, "order.nonce"],
  ])("refuses %s", (_, odd, path) => {
    const error = attempt(() => packOrder({ ...signed, order: odd as Order }));
    expect(error).toBeInstanceOf(FieldInvalidError);
    expect(error).toHaveProperty("path", path);
  });
});

describe("unpackOrder", () => {
  const signed = createSigned(createRandom(33), 1);
  const packed = packOrder(signed);

  it("refuses bytes too few or too many", () => {
    expect(attempt(() => unpackOrder(concatHex([packed, "0x00"])))).toBeInstanceOf(EncodingError);
    for (let length = 0; length < size(packed); length += 1) {
      const cut = length === 0 ? "0x" : slice(packed, 0, length);
      expect(attempt(() => unpackOrder(cut))).toBeInstanceOf(EncodingError);
    }
  });

  it("refuses a session that is not canonical", () => {
    const session = packSession(signed.session);
    const odd = packed.replace(session.slice(2), `08${session.slice(4)}`) as Hex;
    expect(attempt(() => unpackOrder(odd))).toBeInstanceOf(EncodingError);
  });
});
