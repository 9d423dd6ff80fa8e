import { maxUint256, type Address } from "viem";
import { describe, expect, it } from "vitest";
import {
  createScope,
  createSession,
  exposure,
  meterOrder,
  nativeToken,
  templates,
  toInitialCount,
  toUniversalRouterPolicy,
  type Limit,
  type SessionInput,
} from "../src/index.ts";
import { createRandom } from "./support/random.ts";

const random = createRandom(100);
const [account, signer, router, usdc, weth, ann] = random.list(6, random.address) as [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];
const [hour, day] = [3600, 86_400];
const start = Math.floor(Date.now() / 1000) + 10 * day;
const names = { labels: { [router]: "Uniswap" }, tokens: { [usdc]: { symbol: "USDC", decimals: 6 } } };
const swap = templates.uniswapSwap({ router, tokenIn: usdc, tokenOut: weth, fee: 500, amount: 1n, period: 0 });

const create = (limits: SessionInput["limits"], scopes = swap.scopes) =>
  createSession({ account, signer, validAfter: start, validUntil: start + 7 * day, maxOrders: 9, limits, scopes });
const expose = (limits: SessionInput["limits"], now: number, balances = {}) => {
  const { session, scopes } = create(limits);
  return exposure(session, scopes, { now, balances, ...names }).tokens;
};

describe("exposure", () => {
  it("counts a lifetime limit once, and every window of a periodic one", () => {
    expect(expose([{ token: usdc, amount: 100n }], start)).toEqual([
      { token: usdc, now: 100n, aroundReset: 100n, day: 100n, untilEnd: 100n },
    ]);
    expect(expose([{ token: usdc, amount: 100n, period: day }], start)).toEqual([
      { token: usdc, now: 100n, aroundReset: 200n, day: 100n, untilEnd: 700n },
    ]);
  });

  it("counts both windows around a reset", () => {
    expect(expose([{ token: usdc, amount: 100n, period: day }], start + hour)).toEqual([
      { token: usdc, now: 100n, aroundReset: 200n, day: 200n, untilEnd: 700n },
    ]);
  });

  it("counts a window that the end cuts short, and a period longer than the session once", () => {
    const limits = [{ token: usdc, amount: 100n, period: 7 * day - 1 }];
    expect(expose(limits, start)[0]).toMatchObject({ aroundReset: 200n, untilEnd: 200n });
    expect(expose([{ token: usdc, amount: 100n, period: 7 * day }], start)[0]).toMatchObject({
      aroundReset: 100n,
      untilEnd: 100n,
    });
  });

  it("keeps tokens apart", () => {
    const limits = [
      { token: usdc, amount: 1n },
      { token: weth, amount: 2n },
    ];
    expect(expose(limits, start).map(({ token, untilEnd }) => [token, untilEnd])).toEqual([
      [usdc, 1n],
      [weth, 2n],
    ]);
  });

  it("lets the tightest limit decide, and the balance if it is less", () => {
    const limits = [
      { token: usdc, amount: 10n, period: hour },
      { token: usdc, amount: 150n, period: day },
      { token: usdc, amount: 500n },
    ];
    expect(expose(limits, start)).toEqual([{ token: usdc, now: 10n, aroundReset: 20n, day: 150n, untilEnd: 500n }]);
    expect(expose(limits, start, { [usdc.toLowerCase()]: 120n })).toEqual([
      { token: usdc, now: 10n, aroundReset: 20n, day: 120n, untilEnd: 120n },
    ]);
  });

  it("counts only the time the session has left, and the future of one that has not started", () => {
    const limits = [{ token: usdc, amount: 100n, period: hour }];
    expect(expose(limits, start + 7 * day - hour)).toEqual([
      { token: usdc, now: 100n, aroundReset: 100n, day: 100n, untilEnd: 100n },
    ]);
    expect(expose(limits, start + 7 * day)).toEqual([{ token: usdc, now: 0n, aroundReset: 0n, day: 0n, untilEnd: 0n }]);
    expect(expose(limits, start - day)).toEqual([
      { token: usdc, now: 100n, aroundReset: 200n, day: 2400n, untilEnd: 16_800n },
    ]);
  });

  it("takes the tightest of gross and loss limits", () => {
    const limits = [
      { token: usdc, amount: 100n, period: hour },
      { token: usdc, amount: 150n, period: day, kind: "net" as const },
    ];
    expect(expose(limits, start)).toEqual([{ token: usdc, now: 100n, aroundReset: 200n, day: 150n, untilEnd: 1050n }]);
  });

  it("does not take an inventory for a bound, since it grows with what is bought", () => {
    const limits = [
      { token: weth, amount: 5n, kind: "inventory" as const },
      { token: usdc, amount: 1n },
    ];
    expect(expose(limits, start)[0]?.now).toBe(maxUint256);
    expect(expose(limits, start, { [weth]: 7n })[0]?.untilEnd).toBe(7n);
  });

  it("names every scope whose effects it does not know", () => {
    const pay = templates.payment({ token: usdc, recipients: [ann], amount: 1n, period: 0 });
    const send = templates.payment({ token: nativeToken, recipients: [ann], amount: 1n, period: 0 });
    const unknown = createScope({ target: ann, function: "0x12345678" });
    const limits = [...pay.limits, ...send.limits];
    const { session, scopes } = create(limits, [...swap.scopes, ...pay.scopes, ...send.scopes, unknown]);
    expect(exposure(session, scopes, names).unbounded).toEqual([unknown]);
    // Without names only plain transfers are what they seem.
    expect(exposure(session, scopes).unbounded).toHaveLength(3);
  });

  it("takes a known policy for what it is, if every token that it lists is limited", () => {
    const policy = toUniversalRouterPolicy({ router, wrappedNative: weth, tokens: [usdc, weth, nativeToken] });
    const { scopes, limits } = templates.routerSwap({ policy, sells: [{ token: usdc, amount: 5n, period: 0 }] });
    const { session } = create(limits, scopes);
    const context = { ...names, now: start, policies: [policy] };
    expect(exposure(session, scopes, context).unbounded).toEqual([]);
    // Of the other tokens what it holds may be lost again, and a session does not say how much that is.
    const all = {
      usdc: exposure(session, scopes, context).tokens[0],
      weth: exposure(session, scopes, context).tokens[1],
    };
    expect(all).toMatchObject({ usdc: { untilEnd: 5n }, weth: { token: weth, untilEnd: maxUint256 } });
    // Without its limit the router could take what the owner once allowed it.
    const { session: bare } = create(limits.slice(0, 1), scopes);
    expect(exposure(bare, scopes, context).unbounded).toEqual(scopes);
    // Nor is a policy what it seems if the reader does not know it, or its router.
    expect(exposure(session, scopes, { ...context, policies: [] }).unbounded).toEqual(scopes);
    expect(exposure(session, scopes, { ...context, labels: {} }).unbounded).toEqual(scopes);
    const other = toUniversalRouterPolicy({ router, wrappedNative: weth, tokens: [usdc, weth] });
    expect(exposure(session, scopes, { ...context, policies: [other] }).unbounded).toEqual(scopes);
  });

  it("bounds what a thief takes who uses up every window, over 300 random limits and times", () => {
    for (let i = 0; i < 300; i += 1) {
      const limits = random.list(1 + random.below(3), () => ({
        token: usdc,
        amount: 1n + random.bits(20),
        period: random.pick([0, hour, 7 * hour, day, 30 * day]),
      }));
      const now = start + random.below(7 * day);
      const [bound] = expose(limits, now);
      expect(steal(limits, now, 1)).toBe(bound?.now);
      const reset = start + 7 * hour * (1 + random.below(20));
      expect(steal(limits, Math.max(now, reset - 1), 2)).toBeLessThanOrEqual(bound?.aroundReset ?? -1n);
      expect(steal(limits, now, day)).toBeLessThanOrEqual(bound?.day ?? -1n);
      expect(steal(limits, now, 7 * day)).toBeLessThanOrEqual(bound?.untilEnd ?? -1n);
    }
  });
});

it("bounds what a thief loses under loss limits by trading to and fro, over 300 random limits and times", () => {
  for (let i = 0; i < 300; i += 1) {
    const limits = random.list(1 + random.below(3), () => ({
      token: usdc,
      amount: 1n + random.bits(10),
      period: random.pick([0, hour, 7 * hour, day]),
      kind: random.pick(["net", "gross"] as const),
    }));
    const now = start + random.below(6 * day);
    const [bound] = expose(limits, now);
    expect(trade(limits, now, day)).toBeLessThanOrEqual(bound?.day ?? -1n);
  }
});

/** The most by which random orders, each as the manager admits it, ever lower the balance within `seconds`. */
function trade(inputs: readonly Omit<Limit, "approveAbove">[], now: number, seconds: number): bigint {
  const limits = inputs.map((limit): Limit => ({ ...limit, approveAbove: 0n }));
  const counts = limits.map(() => ({ window: -1, counted: 0n }));
  let balance = 0n;
  let lowest = 0n;
  for (let time = now; time < now + seconds; time += random.below(2 * hour)) {
    const change = random.bits(10) - 700n;
    const charged = change < 0n ? -change : 0n;
    const outcomes = limits.map((limit, index) => {
      const window = limit.period === 0 ? 0 : Math.floor((time - start) / limit.period);
      const before = counts[index]?.window === window ? counts[index].counted : toInitialCount(limit);
      return { window, outcome: meterOrder(limit, index, before, { charged, change }) };
    });
    if (outcomes.some(({ outcome }) => "refusal" in outcome)) continue;
    outcomes.forEach(({ window, outcome }, index) => {
      if ("counted" in outcome) counts[index] = { window, counted: outcome.counted };
    });
    balance += change;
    if (balance < lowest) lowest = balance;
  }
  return -lowest;
}

/** Every hour and at the first second of every window, takes all that the limits have left. */
function steal(limits: readonly { amount: bigint; period: number }[], now: number, seconds: number): bigint {
  const end = Math.min(now + seconds, start + 7 * day);
  const times = new Set([now]);
  for (const { period } of limits.filter((limit) => limit.period > 0)) {
    const resets = Math.ceil((end - start) / period);
    for (let index = 0; index < resets; index += 1) times.add(Math.max(now, start + index * period));
  }
  const spent = new Map<string, bigint>();
  let taken = 0n;
  for (const time of [...times].filter((moment) => moment < end).toSorted((a, b) => a - b)) {
    const keys = limits.map(
      ({ period }, index) => `${index}:${period === 0 ? 0 : Math.floor((time - start) / period)}`,
    );
    const left = limits.map(({ amount }, index) => amount - (spent.get(keys[index] ?? "") ?? 0n));
    const least = left.reduce((a, b) => (b < a ? b : a));
    for (const key of keys) spent.set(key, (spent.get(key) ?? 0n) + least);
    taken += least;
  }
  return taken;
}
