import { isAddressEqual, zeroAddress, zeroHash } from "viem";
import { describeScope, isConfined, isPaymentToListed } from "./describeScope.ts";
import { nativeToken } from "./nativeToken.ts";
import type { Scope } from "./scope.ts";
import type { Limit, Session } from "./session.ts";
import {
  createWords,
  toDurationWords,
  toGrouped,
  toPeriodWords,
  toRoughDurationWords,
  toTimeWords,
  type Glossary,
  type Words,
} from "./words.ts";

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
 * and never left out. `now` (seconds) decides between "ends" and "ended".
 */
export function describe(
  session: Session,
  scopes: readonly Scope[],
  { now = Math.floor(Date.now() / 1000), ...glossary }: Glossary & { now?: number } = {},
): SessionDescription {
  const words = createWords(glossary);
  return {
    can: scopes.map((scope) => describeScope(scope, session, words)),
    cannot: describeLimitsOfAuthority(session, scopes, words),
    limits: [
      ...session.limits.map((limit) => describeLimit(limit, session, words)),
      ...describeConditions(session, words),
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

function describeLimit(limit: Limit, { validAfter, validUntil }: Session, words: Words): string {
  const { token, amount, period, approveAbove, kind } = limit;
  const approval =
    approveAbove === 0n ? "" : `; above ${words.toAmount(approveAbove, token)} the co-signer must approve`;
  if (kind === "inventory") {
    return `May sell only what it bought of ${words.toName(token)} (the limit's amount is ${words.toAmount(amount, token)})${approval}.`;
  }
  const most = kind === "net" ? "May lose at most" : "At most";
  const what = `${most} ${words.toAmount(amount, token)}`;
  if (period === 0) return `${what} in all${approval}.`;
  if (period >= validUntil - validAfter) {
    return `${what} in all: its period of ${toDurationWords(period)} does not reset before the session ends${approval}.`;
  }
  const resets = `resets every ${toPeriodWords(period)} from ${toTimeWords(validAfter)}`;
  const twice = `so up to ${words.toAmount(2n * amount, token)} around a reset`;
  return `${what} per ${toPeriodWords(period)} (${resets}, ${twice})${approval}.`;
}

function describeConditions(session: Session, words: Words): string[] {
  const sentences: string[] = [];
  if (session.limits.length === 0)
    sentences.push("No token is limited, so none can be spent through what Latchkey meters.");
  if (session.minInterval !== 0) sentences.push(`At least ${toDurationWords(session.minInterval)} between two orders.`);
  if (session.relayer !== zeroAddress) {
    sentences.push(`Only through the relayer ${words.toName(session.relayer)}; nobody else can submit its orders.`);
  }
  if (session.accountKind !== "sessionAccount") sentences.push(`Your account is used as ${session.accountKind}.`);
  if (session.sentinel !== zeroAddress || session.sentinelMayRevoke) {
    const powers = session.sentinelMayRevoke ? "suspend or revoke" : "suspend";
    sentences.push(`The sentinel ${words.toName(session.sentinel)} may ${powers} it.`);
  }
  if (session.leaseTtl !== 0) {
    sentences.push(`Needs a sign of life from the sentinel no older than ${toDurationWords(session.leaseTtl)}.`);
  }
  if (session.approver !== "0x") sentences.push(`Its co-signer is ${session.approver}.`);
  if (session.revokeOnMisuse) sentences.push("Ends by itself if its key ever signs something it does not allow.");
  if (session.salt !== zeroHash)
    sentences.push(`Carries the value ${session.salt}, which the chain does not interpret.`);
  return sentences;
}

function describeEnd({ validAfter, validUntil, maxOrders }: Session, now: number): string {
  const orders = `after ${toGrouped(maxOrders.toString())} order${maxOrders === 1 ? "" : "s"}`;
  if (now >= validUntil) return `Ended ${toTimeWords(validUntil)}.`;
  const start = now < validAfter ? `Starts ${toTimeWords(validAfter)}; ends` : "Ends";
  return `${start} ${toTimeWords(validUntil)} (in ${toRoughDurationWords(validUntil - now)}), or ${orders}.`;
}
