import { isAddressEqual, maxUint256, type Address } from "viem";
import { isBounded } from "./describeScope.ts";
import type { Scope } from "./scope.ts";
import type { Limit, Session } from "./session.ts";
import { createWords, type Glossary } from "./words.ts";

/**
 * The most by which a thief of the key could lower the account's balance of one token, in its smallest unit;
 * 2^256 - 1 = nothing bounds it.
 */
export type TokenExposure = {
  token: Address;
  /** At once, within the present window of each limit. */
  now: bigint;
  /** At once at the worst moment from now on: where a window ends and the next begins, two windows' worth. */
  aroundReset: bigint;
  /** In the next 24 hours. */
  day: bigint;
  /** Until the session ends. */
  untilEnd: bigint;
};

export type Exposure = {
  /** One a token with a limit, in the order of the limits. */
  tokens: TokenExposure[];
  /** Scopes whose effects are not known: beyond the limited tokens, nothing bounds what they may do. */
  unbounded: Scope[];
};

/**
 * What a session could cost if its key were stolen and nobody noticed, from what it says alone: each window of each limit
 * is used up, and the tightest limit of a token decides. A loss limit bounds the balance as a gross one does, for what it
 * counts never falls by more than what came back. An inventory bounds nothing here: a session does not say what it has
 * bought by now. Balances, by address, bound it further if they are given.
 * As in `describe`, only targets that `labels` or `tokens` name count as what they seem.
 */
export function exposure(
  session: Session,
  scopes: readonly Scope[],
  {
    now = Math.floor(Date.now() / 1000),
    balances = {},
    ...glossary
  }: Glossary & { now?: number; balances?: Readonly<Record<Address, bigint>> } = {},
): Exposure {
  const words = createWords(glossary);
  const balanceOf = new Map(Object.entries(balances).map(([token, balance]) => [token.toLowerCase(), balance]));
  const from = Math.max(now, session.validAfter);
  const tokens = session.limits.flatMap(({ token }, index): TokenExposure[] => {
    const first = session.limits.findIndex((limit) => isAddressEqual(limit.token, token));
    if (first !== index) return [];
    const limits = session.limits.filter((limit) => isAddressEqual(limit.token, token) && limit.kind !== "inventory");
    const within = (end: number, windowsMax = Infinity): bigint => {
      const bounds = limits.map(
        (limit) => limit.amount * BigInt(Math.min(windowsMax, countWindows(limit, session, from, end))),
      );
      const balance = balanceOf.get(token.toLowerCase());
      return toLeast(balance === undefined ? bounds : [...bounds, balance]);
    };
    return [
      {
        token,
        now: within(from + 1),
        aroundReset: within(session.validUntil, 2),
        day: within(from + 86_400),
        untilEnd: within(session.validUntil),
      },
    ];
  });
  return { tokens, unbounded: scopes.filter((scope) => !isBounded(scope, session, words)) };
}

/** How many windows of `limit` the half-open time from `from` to `to` touches, as far as the session lasts. */
function countWindows({ period }: Limit, { validAfter, validUntil }: Session, from: number, to: number): number {
  const end = Math.min(to, validUntil);
  if (end <= from) return 0;
  if (period === 0) return 1;
  return Math.floor((end - 1 - validAfter) / period) - Math.floor((from - validAfter) / period) + 1;
}

function toLeast(bounds: readonly bigint[]): bigint {
  return bounds.reduce((least, bound) => (bound < least ? bound : least), maxUint256);
}
