import { isAddressEqual } from "viem";
import type { ApiPolicy } from "./apiPolicy.ts";
import { describeConditions } from "./describeConditions.ts";
import { describeLimit } from "./describeLimit.ts";
import { describeScope, isConfined, isPaymentToListed } from "./describeScope.ts";
import { nativeToken } from "./nativeToken.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";
import { createWords, toGrouped, toRoughDurationWords, toTimeWords, type Glossary, type Words } from "./words.ts";

/** What a session means, in sentences for the owner of the account. */
export type SessionDescription = {
  /** One or more a scope: all the key can do. */
  can: string[];
  /** Only what is certain. */
  cannot: string[];
  /** How much, how often, by whom. */
  limits: string[];
  /** When it is over. */
  ends: string;
};

/**
 * Puts a session into words. Whatever cannot be named, for want of a token, label or known function, is shown raw
 * and never left out. `now` (seconds) decides between "ends" and "ended". An API policy that the session's salt commits to
 * is put into words too, as the best effort that it is; another one is no policy of the session, and says nothing.
 */
export function describe(
  session: Session,
  scopes: readonly Scope[],
  { now = Math.floor(Date.now() / 1000), policy, ...glossary }: Glossary & { now?: number; policy?: ApiPolicy } = {},
): SessionDescription {
  const words = createWords(glossary);
  return {
    can: scopes.map((scope) => describeScope(scope, session, words)),
    cannot: describeLimitsOfAuthority(session, scopes, words),
    limits: [
      ...session.limits.map((limit) => describeLimit(limit, session, words)),
      ...describeConditions(session, words, policy),
    ],
    ends: describeEnd(session, now),
  };
}

function describeLimitsOfAuthority(session: Session, scopes: readonly Scope[], words: Words): string[] {
  const sentences = ["Cannot call any contract or function that is not listed here."];
  if (scopes.every((scope) => isConfined(scope, session, words))) {
    sentences.push("Cannot withdraw: it cannot send your tokens or what it buys to any other address.");
  } else if (scopes.every((scope) => isConfined(scope, session, words) || isPaymentToListed(scope, words))) {
    sentences.push("Cannot send your tokens to any address that is not named here.");
  }
  if (scopes.every((scope) => scope.maxValue === 0n)) {
    sentences.push(`Cannot send ${words.toName(nativeToken)}.`);
  }
  if (!scopes.some((scope) => isAddressEqual(scope.target, session.account))) {
    sentences.push("Cannot change its own permissions, extend its time, or sign messages for your account.");
  }
  return sentences;
}

function describeEnd({ validAfter, validUntil, maxOrders }: Session, now: number): string {
  const orders = `after ${toGrouped(maxOrders.toString())} order${maxOrders === 1 ? "" : "s"}`;
  if (now >= validUntil) return `Ended ${toTimeWords(validUntil)}.`;
  const start = now < validAfter ? `Starts ${toTimeWords(validAfter)}; ends` : "Ends";
  return `${start} ${toTimeWords(validUntil)} (in ${toRoughDurationWords(validUntil - now)}), or ${orders}.`;
}
