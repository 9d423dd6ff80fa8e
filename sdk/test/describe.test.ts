import { concatHex, size, slice, zeroAddress, zeroHash, type Address, type Hex } from "viem";
import { describe as group, expect, it } from "vitest";
import {
  createScope,
  createSession,
  describe,
  nativeToken,
  templates,
  toUniversalRouterPolicy,
  toWord,
  type Scope,
  type Session,
  type SessionInput,
} from "../src/index.ts";
import { createRandom, createRandomScope, createRandomSession } from "./support/random.ts";

const account: Address = "0x00000000000000000000000000000000000000Ac";
const signer: Address = "0x00000000000000000000000000000000000000b0";
const usdc: Address = "0x00000000000000000000000000000000000000C1";
const weth: Address = "0x00000000000000000000000000000000000000C2";
const router: Address = "0x00000000000000000000000000000000000000D1";
const [ann, bob]: [Address, Address] = [
  "0x00000000000000000000000000000000000000e1",
  "0x00000000000000000000000000000000000000E2",
];
const day = 86_400;
/** 24 Nov 2026, 12:00 UTC. */
const noon = Date.UTC(2026, 10, 24, 12) / 1000;
const glossary = {
  tokens: { [usdc]: { symbol: "USDC", decimals: 6 }, [weth.toLowerCase()]: { symbol: "WETH", decimals: 18 } },
  labels: { [router]: "Uniswap SwapRouter02", [ann]: "Ann" },
};

const create = (input: Pick<SessionInput, "limits" | "scopes"> & Partial<SessionInput>) =>
  createSession({ account, signer, validAfter: noon, validUntil: noon + 7 * day, maxOrders: 1000, ...input });
const put = ({ session, scopes }: { session: Session; scopes: Scope[] }, now = noon) =>
  describe(session, scopes, { ...glossary, now });

const toArgs = ({ session, scopes }: { session: Session; scopes: Scope[] }) => [session, scopes] as const;

const swap = templates.uniswapSwap({
  router,
  tokenIn: usdc,
  tokenOut: weth,
  fee: 500,
  amount: 100_000_000n,
  period: day,
  amountPerSwap: 5_000_000n,
});

group("describe", () => {
  it("says what a swap session means", () => {
    expect(put(create(swap))).toMatchInlineSnapshot(`
      {
        "can": [
          "Can swap USDC for WETH with exactInputSingle on Uniswap SwapRouter02, paying with up to 100 USDC per day; what it buys must arrive in your account; fee must be 0.05 %; amountIn must be at most 5 USDC; the price is not limited, so a thief of the key could trade at a bad one.",
        ],
        "cannot": [
          "Cannot call any contract or function that is not listed here.",
          "Cannot withdraw: it cannot send your tokens or what it buys to any other address.",
          "Cannot send ETH.",
          "Cannot change its own permissions, extend its time, or sign messages for your account.",
        ],
        "ends": "Ends 1 Dec 2026, 12:00 UTC (in 7 days), or after 1,000 orders.",
        "limits": [
          "At most 100 USDC per day (resets every day from 24 Nov 2026, 12:00 UTC, so up to 200 USDC around a reset).",
        ],
      }
    `);
  });

  it("shows everything raw where nothing has a name", () => {
    const { session, scopes } = create(swap);
    expect(describe(session, scopes, { now: noon })).toMatchInlineSnapshot(`
      {
        "can": [
          "Can call exactInputSingle (0x04e45aaf) on 0x00000000000000000000000000000000000000D1, which may take 0x00000000000000000000000000000000000000C1 from your account during the call, up to 100,000,000 units of 0x00000000000000000000000000000000000000C1 per day; tokenIn must be 0x00000000000000000000000000000000000000C1; tokenOut must be 0x00000000000000000000000000000000000000c2; fee must be 0.05 %; recipient must be your account; amountIn must be at most 5,000,000 units of 0x00000000000000000000000000000000000000C1; Latchkey does not know what this does, and bounds only the tokens that are limited.",
        ],
        "cannot": [
          "Cannot call any contract or function that is not listed here.",
          "Cannot send ETH.",
          "Cannot change its own permissions, extend its time, or sign messages for your account.",
        ],
        "ends": "Ends 1 Dec 2026, 12:00 UTC (in 7 days), or after 1,000 orders.",
        "limits": [
          "At most 100,000,000 units of 0x00000000000000000000000000000000000000C1 per day (resets every day from 24 Nov 2026, 12:00 UTC, so up to 200,000,000 units of 0x00000000000000000000000000000000000000C1 around a reset).",
        ],
      }
    `);
  });

  it("says what payments mean, to one, to several and to anyone", () => {
    const payment = { token: usdc, amount: 250_500_000n, period: 3600 };
    const one = templates.payment({ ...payment, recipients: [ann] });
    const several = templates.payment({ ...payment, recipients: [ann, bob], amountPerPayment: 10_000_000n });
    const anyone = createScope({ target: usdc, function: "transfer(address,uint256)" });
    const { session, scopes } = create({
      limits: one.limits,
      scopes: [...one.scopes, ...several.scopes, anyone],
    });
    const { can, cannot } = put({ session, scopes });
    expect(can.toSorted()).toMatchInlineSnapshot(`
      [
        "Can send USDC to Ann or 0x00000000000000000000000000000000000000E2, up to 250.5 USDC per hour; amount must be at most 10 USDC.",
        "Can send USDC to Ann, up to 250.5 USDC per hour.",
        "Can send USDC to anyone, up to 250.5 USDC per hour.",
      ]
    `);
    expect(cannot).toMatchInlineSnapshot(`
      [
        "Cannot call any contract or function that is not listed here.",
        "Cannot send ETH.",
        "Cannot change its own permissions, extend its time, or sign messages for your account.",
      ]
    `);
  });

  it("claims that only named addresses are paid only if every scope lists its recipients", () => {
    const claim = "Cannot send your tokens to any address that is not named here.";
    const { scopes, limits } = templates.payment({ token: usdc, recipients: [ann, bob], amount: 1n, period: 0 });
    const anyone = createScope({ target: usdc, function: "transfer(address,uint256)" });
    expect(put(create({ scopes, limits })).cannot).toContain(claim);
    expect(put(create({ scopes: [...scopes, ...swap.scopes], limits })).cannot).toContain(claim);
    expect(put(create({ scopes: [...scopes, anyone], limits })).cannot).not.toContain(claim);
    expect(describe(...toArgs(create({ scopes, limits })), { now: noon }).cannot).not.toContain(claim);
  });

  it("says what a plain transfer of the native token means", () => {
    const session = create(templates.payment({ token: nativeToken, recipients: [bob], amount: 10n ** 17n, period: 0 }));
    expect(put(session)).toMatchInlineSnapshot(`
      {
        "can": [
          "Can send up to 0.1 ETH at a time to 0x00000000000000000000000000000000000000E2, up to 0.1 ETH in all.",
        ],
        "cannot": [
          "Cannot call any contract or function that is not listed here.",
          "Cannot send your tokens to any address that is not named here.",
          "Cannot change its own permissions, extend its time, or sign messages for your account.",
        ],
        "ends": "Ends 1 Dec 2026, 12:00 UTC (in 7 days), or after 1,000 orders.",
        "limits": [
          "At most 0.1 ETH in all.",
        ],
      }
    `);
  });

  it("names selector, target and words of a function it does not know", () => {
    const scope = createScope({
      target: bob,
      function: "0x12345678",
      maxValue: 5n * 10n ** 17n,
      spendToken: usdc,
      rules: [
        { op: "notEqual", offset: 64, values: [7n] },
        { op: "oneOf", offset: 4, values: [1n, 2n, 3n] },
      ],
    });
    const limits = [
      { token: usdc, amount: 1_000_000n },
      { token: usdc, amount: 500_000n, period: 2 * day },
      { token: nativeToken, amount: 10n ** 18n },
    ];
    expect(put(create({ scopes: [scope], limits })).can).toMatchInlineSnapshot(`
      [
        "Can call the function 0x12345678 on 0x00000000000000000000000000000000000000E2, which may take USDC from your account during the call, up to 1 USDC in all and 0.5 USDC per 2 days, sending along up to 0.5 ETH with each call; the argument word at byte 64 must not be 0x0000000000000000000000000000000000000000000000000000000000000007; the argument word at byte 4 must be 0x0000000000000000000000000000000000000000000000000000000000000001, 0x0000000000000000000000000000000000000000000000000000000000000002 or 0x0000000000000000000000000000000000000000000000000000000000000003; Latchkey does not know what this does, and bounds only the tokens that are limited.",
      ]
    `);
  });

  it("claims that nothing can be withdrawn only if every scope is a swap into the account on a named target", () => {
    const claim = "Cannot withdraw: it cannot send your tokens or what it buys to any other address.";
    const [scope] = swap.scopes;
    if (scope === undefined) throw new Error("The template has a scope");
    const { limits } = swap;
    const claims = (scopes: Scope[], more: SessionInput["limits"] = []) =>
      put(create({ scopes, limits: [...limits, ...more] })).cannot.includes(claim);
    const without = (offset: number): Scope => ({
      ...scope,
      rules: scope.rules.filter((rule) => rule.offset !== offset),
    });

    expect(claims([scope])).toBe(true);
    expect(claims([without(128)])).toBe(true);
    for (const offset of [0, 32, 96]) expect(claims([without(offset)])).toBe(false);
    expect(claims([{ ...scope, target: bob }])).toBe(false);
    expect(claims([{ ...scope, selector: "0x12345678" }])).toBe(false);
    expect(claims([{ ...scope, maxValue: 1n }], [{ token: nativeToken, amount: 1n }])).toBe(false);
    expect(claims([scope, createScope({ target: bob, function: "0x12345678" })])).toBe(false);
  });

  it("puts every condition of a session into words", () => {
    const { session, scopes } = create(swap);
    const everything: Session = {
      ...session,
      accountKind: "safe",
      minInterval: 90,
      relayer: bob,
      sentinel: ann,
      sentinelMayRevoke: true,
      leaseTtl: 60,
      approver: "0x1234",
      revokeOnMisuse: true,
      salt: toWord(1n),
      limits: [
        { token: usdc, amount: 1_000_000n, period: 0, approveAbove: 5n, kind: "gross" },
        { token: usdc, amount: 1_000_000n, period: 7 * day, approveAbove: 0n, kind: "gross" },
        { token: usdc, amount: 2_000_000n, period: day, approveAbove: 0n, kind: "net" },
        { token: bob, amount: 3n, period: 0, approveAbove: 0n, kind: "inventory" },
      ],
    };
    expect(put({ session: everything, scopes }).limits).toMatchInlineSnapshot(`
      [
        "At most 1 USDC in all; an order that brings what is spent without approval above 0.000005 USDC needs the approver's signature too.",
        "At most 1 USDC in all: its period of 7 days does not reset before the session ends.",
        "May lose at most 2 USDC per day, counting what comes back (resets every day from 24 Nov 2026, 12:00 UTC, so up to 4 USDC around a reset).",
        "May sell only what it bought of 0x00000000000000000000000000000000000000E2, besides 3 units of 0x00000000000000000000000000000000000000E2 it is given to start with.",
        "At least 1 minute 30 seconds between two orders.",
        "Only through the relayer 0x00000000000000000000000000000000000000E2; nobody else can submit its orders, the key itself included.",
        "Your account is a Safe, and must have enabled Latchkey as a module; guards of the Safe do not see what it does.",
        "The sentinel Ann may suspend it, or revoke it for ever, and nothing else.",
        "Every order needs a lease, by which the sentinel Ann says that all is well; a lease is good for 1 minute, so the key is dead that long after the sentinel falls silent.",
        "Its approver, who signs beside the key where a limit asks for it, is 0x1234.",
        "Ends for ever once anyone shows an order signed by its key that it does not allow.",
        "Carries the value 0x0000000000000000000000000000000000000000000000000000000000000001, which the chain does not interpret.",
      ]
    `);
  });

  it("says what each kind of limit means for a swap, in its sentence and its own", () => {
    const [scope] = swap.scopes;
    if (scope === undefined) throw new Error("The template has a scope");
    const limits: SessionInput["limits"] = [
      { token: usdc, amount: 50_000_000n, period: day, kind: "net", approveAbove: 10_000_000n },
      { token: usdc, amount: 0n, kind: "inventory" },
    ];
    const description = put(create({ scopes: [scope], limits, approver: bob }));
    expect(description.can[0]).toContain(
      "on Uniswap SwapRouter02, losing at most 50 USDC per day, selling only what it bought; what it buys must arrive",
    );
    expect(description.limits.slice(0, 2)).toMatchInlineSnapshot(`
      [
        "May lose at most 50 USDC per day, counting what comes back (resets every day from 24 Nov 2026, 12:00 UTC, so up to 100 USDC around a reset); an order that brings what is given away without approval within a period of 1 day above 10 USDC needs the approver's signature too.",
        "May sell only what it bought of USDC.",
      ]
    `);
  });

  it("names the verifier of a longer key, and the Permit2 way of paying", () => {
    const key = concatHex([bob, "0x1234"]);
    const scope = createScope({ target: router, function: "0x12345678", spendToken: usdc, spendMethod: "permit2" });
    const session = create({ scopes: [scope], limits: [{ token: usdc, amount: 1n }], signer: key, approver: ann });
    expect(put(session).can[0]).toContain(
      "from your account during the call through Permit2, up to 0.000001 USDC in all",
    );
    expect(put(session).limits.slice(1)).toMatchInlineSnapshot(`
      [
        "Its key is 0x1234, which 0x00000000000000000000000000000000000000E2 verifies.",
        "Its approver, who signs beside the key where a limit asks for it, is Ann.",
      ]
    `);
    const erc7579 = create({ ...swap, accountKind: "erc7579", sentinel: ann });
    expect(put(erc7579).limits.slice(1)).toMatchInlineSnapshot(`
      [
        "Your account is an ERC-7579 account, and must have installed Latchkey as an executor module.",
        "The sentinel Ann may suspend it until you resume it, and nothing else.",
      ]
    `);
  });

  it("says what a policy for the UniversalRouter admits, if it is known", () => {
    const policy = toUniversalRouterPolicy({
      router,
      wrappedNative: weth,
      tokens: [usdc, weth, nativeToken],
      hooks: [ann],
    });
    const template = templates.routerSwap({ policy, sells: [{ token: usdc, amount: 100_000_000n, period: day }] });
    const { session, scopes } = create(template);
    const { can, cannot, limits } = describe(session, scopes, { ...glossary, now: noon, policies: [policy] });
    expect(can).toMatchInlineSnapshot(`
      [
        "Can trade USDC, WETH and ETH, and nothing else, in pools of Uniswap V2, V3 and V4 on Uniswap SwapRouter02, paying in USDC through Permit2 with up to 100 USDC per day; what it buys, and what is left over, must arrive in your account; pools may have the hooks Ann, which take part in each swap; the price is not limited, so a thief of the key could trade at a bad one.",
      ]
    `);
    expect(cannot).toMatchInlineSnapshot(`
      [
        "Cannot call any contract or function that is not listed here.",
        "Cannot send ETH.",
        "Cannot change its own permissions, extend its time, or sign messages for your account.",
      ]
    `);
    expect(limits).toMatchInlineSnapshot(`
      [
        "At most 100 USDC per day (resets every day from 24 Nov 2026, 12:00 UTC, so up to 200 USDC around a reset).",
        "May sell only what it bought of WETH.",
      ]
    `);

    const bare = create({ ...template, limits: template.limits.slice(0, 1) });
    const ofBare = describe(bare.session, scopes, { ...glossary, now: noon, policies: [policy] });
    expect(ofBare.can[0]).toContain("WETH has no limit here");
    const plain = toUniversalRouterPolicy({ ...policy.config, hooks: [] });
    const ofPlain = create(templates.routerSwap({ policy: plain, sells: [{ token: usdc, amount: 1n, period: 0 }] }));
    const context = { ...glossary, now: noon, policies: [plain] };
    expect(describe(ofPlain.session, ofPlain.scopes, context).cannot).toContain(
      "Cannot withdraw: it cannot send your tokens or what it buys to any other address.",
    );

    const known = toUniversalRouterPolicy({
      router,
      wrappedNative: weth,
      tokens: [usdc, nativeToken],
      commands: 0x101,
    });
    const native = templates.routerSwap({
      policy: known,
      sells: [{ token: nativeToken, amount: 10n ** 18n, period: 0 }],
    });
    const ofNative = create(native);
    const described = describe(ofNative.session, ofNative.scopes, { ...glossary, now: noon, policies: [known] });
    expect(described.can).toMatchInlineSnapshot(`
      [
        "Can trade USDC and ETH, and nothing else, in pools of Uniswap V2 and V3 on Uniswap SwapRouter02, sending along up to 1 ETH with each call; what it buys, and what is left over, must arrive in your account; the price is not limited, so a thief of the key could trade at a bad one.",
      ]
    `);
    expect(described.cannot).not.toContain("Cannot send ETH.");
  });

  it("does not take a policy for what it says where it is not known, or its router is not named", () => {
    const policy = toUniversalRouterPolicy({ router, wrappedNative: weth, tokens: [usdc, weth] });
    const { session, scopes } = create(
      templates.routerSwap({ policy, sells: [{ token: usdc, amount: 100_000_000n, period: day }] }),
    );
    for (const context of [glossary, { ...glossary, labels: {}, policies: [policy] }]) {
      const { can, cannot } = describe(session, scopes, { ...context, now: noon });
      expect(can[0]).toContain(`the policy contract ${policy.address} must agree`);
      expect(can[0]).toContain("Latchkey does not know what this does");
      expect(cannot.join()).not.toContain("Cannot withdraw");
    }
  });

  it("says when it starts, ends and ended", () => {
    const session = create({ ...swap, maxOrders: 1 });
    expect(put(session, noon - day).ends).toMatchInlineSnapshot(
      `"Starts 24 Nov 2026, 12:00 UTC; ends 1 Dec 2026, 12:00 UTC (in 8 days), or after 1 order."`,
    );
    expect(put(session, noon + 6.5 * day).ends).toMatchInlineSnapshot(
      `"Ends 1 Dec 2026, 12:00 UTC (in 12 hours), or after 1 order."`,
    );
    expect(put(session, noon + 7 * day).ends).toMatchInlineSnapshot(`"Ended 1 Dec 2026, 12:00 UTC."`);
  });

  it("leaves out no field of 300 random sessions", () => {
    const random = createRandom(61);
    for (let i = 0; i < 300; i += 1) {
      const session = createRandomSession(random);
      const { limits, ends } = describe(session, [createRandomScope(random)], { now: noon });
      const text = limits.join("\n");
      const { signer, approver, relayer, sentinel, salt, accountKind } = session;
      const toKey = (bytes: Hex) => (size(bytes) > 20 ? slice(bytes, 20) : bytes);
      if (size(signer) > 20) expect(text).toContain(`Its key is ${toKey(signer)}`);
      if (approver !== "0x") expect(text.toLowerCase()).toContain(toKey(approver));
      for (const address of [relayer, sentinel]) if (address !== zeroAddress) expect(text).toContain(address);
      if (salt !== zeroHash) expect(text).toContain(salt);
      expect(text.includes("Your account is a")).toBe(accountKind !== "sessionAccount");
      expect(text.includes("between two orders")).toBe(session.minInterval !== 0);
      expect(text.includes("needs a lease")).toBe(session.leaseTtl !== 0);
      expect(text.includes("or revoke it for ever")).toBe(session.sentinelMayRevoke);
      expect(text.includes("shows an order signed by its key")).toBe(session.revokeOnMisuse);
      expect(ends).toContain(session.maxOrders.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ","));
      for (const [index, { amount, approveAbove, token, kind }] of session.limits.entries()) {
        const sentence = limits[index] ?? "";
        const lead = { gross: "At most ", net: "May lose at most ", inventory: "May sell only what it bought of " };
        expect(sentence.startsWith(lead[kind])).toBe(true);
        expect(sentence).toContain(token === nativeToken ? "ETH" : token);
        if (token === nativeToken) continue;
        const digits = sentence.replaceAll(",", "");
        if (kind !== "inventory" || amount !== 0n) expect(digits).toContain(`${amount} units`);
        if (approveAbove !== 0n) expect(digits).toContain(`above ${approveAbove} units`);
      }
    }
  });

  it("leaves out no target, selector, token, policy or rule of 300 random scopes", () => {
    const random = createRandom(60);
    for (let i = 0; i < 300; i += 1) {
      const [session, scope] = [createRandomSession(random), createRandomScope(random)];
      const { can, limits } = describe(session, [scope], { now: noon });
      const sentence = can.join("\n");
      expect(sentence).toContain(scope.target);
      expect(sentence).toContain(scope.selector);
      if (scope.spendToken !== zeroAddress) expect(sentence).toContain(scope.spendToken);
      if (scope.policy !== zeroAddress) expect(sentence).toContain(scope.policy);
      for (const value of scope.rules.flatMap(({ values }) => values)) expect(sentence).toContain(value);
      expect(sentence.match(/must (not )?be/g) ?? []).toHaveLength(scope.rules.length);
      expect(limits.length).toBeGreaterThanOrEqual(session.limits.length);
    }
  });
});
