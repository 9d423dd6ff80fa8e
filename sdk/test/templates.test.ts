import { hexToBigInt, slice, zeroAddress, type Address, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import {
  admitOrder,
  createSession,
  FieldInvalidError,
  findScope,
  hashScope,
  nativeToken,
  SessionInvalidError,
  templates,
  toPaymentCall,
  toRouterSwapCall,
  toUniswapSwapCall,
  toUniversalRouterPolicy,
  toWord,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createRandom } from "./support/random.ts";

const random = createRandom(70);
const [account, signer, router, tokenIn, tokenOut, stranger] = random.list(6, random.address) as [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];
const terms = { account, signer, validUntil: Math.floor(Date.now() / 1000) + 3600, maxOrders: 5 };

describe("templates.uniswapSwap", () => {
  const pool = { router, tokenIn, tokenOut, fee: 500 };
  const { session, scopes } = createSession({
    ...terms,
    ...templates.uniswapSwap({ ...pool, account, amount: 100n, period: 3600, amountPerSwap: 10n }),
  });
  const swap = { ...pool, account, amountIn: 10n, amountOutMin: 1n };

  it("limits what is sold", () => {
    expect(session.limits).toEqual([{ token: tokenIn, amount: 100n, period: 3600, approveAbove: 0n, kind: "gross" }]);
  });

  it("admits the swap it is for", () => {
    const call = toUniswapSwapCall(swap);
    expect(slice(call.data, 0, 4)).toBe("0x04e45aaf");
    expect(findScope({ session, scopes, call })).toMatchObject({ leaf: scopes.map(hashScope)[0] });
  });

  it.each([
    ["another recipient", { account: stranger }, "RuleBroken"],
    ["another token to sell", { tokenIn: stranger }, "RuleBroken"],
    ["another token to buy", { tokenOut: stranger }, "RuleBroken"],
    ["another pool", { fee: 3000 }, "RuleBroken"],
    ["more at a time", { amountIn: 11n }, "RuleBroken"],
    ["another router", { router: stranger }, undefined],
  ])("refuses %s", (_, change, error) => {
    const found = findScope({ session, scopes, call: toUniswapSwapCall({ ...swap, ...change }) });
    expect("refusal" in found && found.refusal?.error).toBe(error);
  });

  it("refuses to send value along", () => {
    const call = { ...toUniswapSwapCall(swap), value: 1n };
    expect(findScope({ session, scopes, call })).toMatchObject({ refusal: { error: "CallValueTooHigh" } });
  });

  it("needs two tokens", () => {
    const same = attempt(() => templates.uniswapSwap({ ...pool, tokenOut: tokenIn, amount: 1n, period: 0 }));
    expect(same).toBeInstanceOf(FieldInvalidError);
  });
});

describe("templates.routerSwap", () => {
  const policy = toUniversalRouterPolicy({
    router,
    wrappedNative: tokenOut,
    tokens: [tokenIn, tokenOut, stranger, nativeToken],
  });
  const sells = [
    { token: tokenIn, amount: 100n, period: 3600 },
    { token: nativeToken, amount: 7n, period: 0 },
  ];
  const { session, scopes } = createSession({ ...terms, ...templates.routerSwap({ policy, sells }) });
  const swap = { router, tokenIn, tokenOut, fee: 500, amountIn: 10n, amountOutMin: 1n };

  it("limits what is sold, and of the other tokens lets go only what was bought", () => {
    const shared = { approveAbove: 0n, period: 0 };
    expect(session.limits).toEqual([
      { ...shared, token: tokenIn, amount: 100n, period: 3600, kind: "gross" },
      { ...shared, token: nativeToken, amount: 7n, kind: "gross" },
      ...policy.config.tokens
        .filter((token) => [tokenOut, stranger].includes(token))
        .map((token) => ({ ...shared, token, amount: 0n, kind: "inventory" })),
    ]);
  });

  it("asks the policy about every call, and pays through Permit2 or by value", () => {
    const shared = { target: router, selector: "0x3593564c", policy: policy.address.toLowerCase(), rules: [] };
    const found = scopes.map((scope) => ({ ...scope, policy: scope.policy.toLowerCase() }));
    expect(found).toContainEqual({ ...shared, spendToken: tokenIn, spendMethod: "permit2", maxValue: 0n });
    expect(found).toContainEqual({ ...shared, spendToken: zeroAddress, spendMethod: "none", maxValue: 7n });
    expect(found).toHaveLength(2);
  });

  it("admits the swap it is for, on its router only", () => {
    expect(findScope({ session, scopes, call: toRouterSwapCall(swap) })).toHaveProperty("leaf");
    const call = toRouterSwapCall({ ...swap, router: stranger });
    expect(findScope({ session, scopes, call })).toEqual({ refusal: undefined });
  });

  it.each([
    ["nothing to sell", []],
    ["a token that the policy does not list", [{ token: account, amount: 1n, period: 0 }]],
    ["a token twice", [...sells, ...sells]],
  ])("refuses %s", (_, list) => {
    expect(attempt(() => templates.routerSwap({ policy, sells: list }))).toBeInstanceOf(FieldInvalidError);
  });
});

describe("templates.payment", () => {
  const recipients = random.list(3, random.address);
  const [first] = recipients as [Address];

  it("admits payments to its recipients only, and of its amount only", () => {
    const template = templates.payment({ token: tokenIn, recipients, amount: 100n, period: 0, amountPerPayment: 10n });
    const { session, scopes } = createSession({ ...terms, ...template });
    const find = (recipient: Address, amount: bigint) =>
      findScope({ session, scopes, call: toPaymentCall({ token: tokenIn, recipient, amount }) });
    for (const recipient of recipients) expect(find(recipient, 10n)).toHaveProperty("leaf");
    expect(find(stranger, 10n)).toMatchObject({ refusal: { error: "RuleBroken", ruleIndex: 0 } });
    expect(find(first, 11n)).toMatchObject({ refusal: { error: "RuleBroken", ruleIndex: 1 } });
  });

  it("refuses a recipient with dirty high bits", () => {
    const { session, scopes } = createSession({
      ...terms,
      ...templates.payment({ token: tokenIn, recipients: [first], amount: 1n, period: 0 }),
    });
    const { target, value, data } = toPaymentCall({ token: tokenIn, recipient: first, amount: 1n });
    const dirty: Hex = `${slice(data, 0, 4)}01${data.slice(12)}`;
    expect(hexToBigInt(slice(dirty, 4, 36)) & ((1n << 160n) - 1n)).toBe(hexToBigInt(first));
    const order = { nonce: 0, calls: [{ target, value, data: dirty, scope: scopes.map(hashScope)[0] ?? "0x" }] };
    expect(admitOrder({ session, scopes, order })).toMatchObject({ error: "RuleBroken" });
  });

  it("makes plain transfers of the native token", () => {
    const template = templates.payment({
      token: nativeToken,
      recipients,
      amount: 100n,
      period: 0,
      amountPerPayment: 10n,
    });
    const { session, scopes } = createSession({ ...terms, ...template });
    const find = (recipient: Address, amount: bigint) =>
      findScope({ session, scopes, call: toPaymentCall({ token: nativeToken, recipient, amount }) });
    expect(find(first, 10n)).toHaveProperty("leaf");
    expect(find(first, 11n)).toMatchObject({ refusal: { error: "CallValueTooHigh" } });
    expect(find(stranger, 1n)).toEqual({ refusal: undefined });
  });

  it("takes 1 to 16 recipients, each once", () => {
    const pay = (list: readonly Address[]) =>
      attempt(() => templates.payment({ token: tokenIn, recipients: list, amount: 1n, period: 0 }));
    expect(pay([])).toBeInstanceOf(FieldInvalidError);
    expect(pay(random.list(17, random.address))).toBeInstanceOf(FieldInvalidError);
    expect(pay([first, first.toLowerCase() as Address])).toMatchObject({
      scopes: [{ rules: [{ op: "equal", values: [toWord(first)] }] }],
    });
  });
});

describe("createSession", () => {
  const template = templates.payment({ token: tokenIn, recipients: [stranger], amount: 1n, period: 0 });
  const input = { ...terms, ...template };

  it("fills what is left out, sorts the scopes and sets their root", () => {
    const more = templates.payment({
      token: nativeToken,
      recipients: random.list(5, random.address),
      amount: 1n,
      period: 0,
    });
    const before = Math.floor(Date.now() / 1000);
    const { session, scopes } = createSession({
      ...terms,
      scopes: [...more.scopes, ...template.scopes],
      limits: [...more.limits, { token: tokenIn, amount: 5n }],
    });
    expect(session.validAfter).toBeGreaterThanOrEqual(before);
    expect(session).toMatchObject({ accountKind: "sessionAccount", epoch: 0, minInterval: 0, approver: "0x" });
    expect(session.limits[1]).toEqual({ token: tokenIn, amount: 5n, period: 0, approveAbove: 0n, kind: "gross" });
    const leaves = scopes.map(hashScope);
    expect(leaves).toEqual(leaves.toSorted());
  });

  it.each([
    ["no scopes", { scopes: [] }, "The session allows no calls."],
    ["no orders", { maxOrders: 0 }, "The session allows no orders."],
    [
      "an end before the start",
      { validAfter: 2_000_000_000, validUntil: 1_900_000_000 },
      /which is not after its start/,
    ],
    ["more than a year", { validUntil: terms.validUntil + 366 * 86_400 }, /longer than 365 days/],
    ["an end in the past", { validAfter: 1, validUntil: 2 }, /already over/],
    ["the account as key", { signer: account }, /cannot be the session key/],
    ["no limit on what it pays", { limits: [] }, /needs a limit/],
    [
      "payments under a loss limit only",
      { limits: [{ token: tokenIn, amount: 1n, kind: "net" as const }] },
      /limit on it/,
    ],
    ["a lease that nobody gives", { leaseTtl: 60 }, /names no sentinel/],
    ["approval by nobody", { limits: [{ token: tokenIn, amount: 1n, approveAbove: 1n }] }, /names no approver/],
  ])("refuses %s with a sentence", (_, change, message) => {
    const error = attempt(() => createSession({ ...input, ...change }));
    expect(error).toBeInstanceOf(SessionInvalidError);
    expect(error).toHaveProperty("message", typeof message === "string" ? message : expect.stringMatching(message));
  });

  it("refuses to let a session call the manager", () => {
    expect(attempt(() => createSession(input, { manager: tokenIn }))).toBeInstanceOf(SessionInvalidError);
  });
});
