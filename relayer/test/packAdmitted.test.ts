import {
  createScope,
  createSession,
  hashOrder,
  getScopeProof,
  hashScope,
  hashSession,
  packOrder,
  packScope,
  packSession,
  type Order,
} from "@latchkey/sdk";
import { numberToHex, type Address, type Hex } from "viem";
import { expect, test } from "vitest";
import { createOrderHasher } from "../src/admission/createOrderHasher.ts";
import { packAdmitted } from "../src/admission/packAdmitted.ts";

const toAddress = (number: number): Address => numberToHex(number, { size: 20 });
const bytes = (length: number, from: number): Hex =>
  `0x${Array.from({ length }, (_, index) => ((from + index * 7) % 256).toString(16).padStart(2, "0")).join("")}`;

const { session, scopes } = createSession({
  account: toAddress(0xaaaa),
  signer: toAddress(0xbbbb),
  validUntil: Math.floor(Date.now() / 1000) + 3_600,
  maxOrders: 1_000,
  limits: [],
  scopes: Array.from({ length: 5 }, (_, index) =>
    createScope({
      target: toAddress(0x1000 + index),
      function: "ping(uint256)",
      rules: [{ op: "atMost", argument: 0, values: [BigInt(index)] }],
    }),
  ),
});

/** Orders of 0 to 4 calls with data of 4 to 400 bytes. */
const orders: readonly Order[] = Array.from({ length: 25 }, (_, index) => ({
  sessionId: bytes(32, index),
  nonce: index === 0 ? 0 : (index * 671_088) % 2 ** 24,
  deadline: index === 0 ? 0 : 2 ** 48 - index,
  gasLimit: index === 0 ? 0 : 2 ** 32 - index * 1_000,
  calls: scopes.slice(0, index % 5).map((scope, call) => ({
    target: scope.target,
    value: BigInt(index) ** 20n,
    data: bytes(4 + index * 16, call),
    scope: hashScope(scope),
  })),
}));

test("hashes every order as the SDK does", () => {
  const domain = { chainId: 31_337, manager: toAddress(0xcccc) };
  const toHash = createOrderHasher(domain);
  for (const order of orders) expect(toHash(order)).toBe(hashOrder(order, domain));
});

test("packs every order as the SDK does", () => {
  for (const order of orders) {
    const signature = bytes(65, order.calls.length);
    const proven = order.calls.map(({ scope: leaf }) => {
      const scope = scopes.find((entry) => hashScope(entry) === leaf);
      if (scope === undefined) throw new Error("The scope is the session's");
      return { scope, packed: packScope(scope), proof: getScopeProof(scopes, leaf) };
    });
    const own = { ...order, sessionId: hashSession(session) };
    const packed = packOrder({ order: own, session, scopes, signature });
    const packedSession = packSession(session);
    expect(packAdmitted({ signed: { order: own, signature }, packedSession, scopes: proven })).toBe(packed);
  }
});
