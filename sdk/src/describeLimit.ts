import type { Limit, Session } from "./session.ts";
import { toDurationWords, toPeriodWords, toTimeWords, type Words } from "./words.ts";

/** One sentence that says all of a limit. */
export function describeLimit(limit: Limit, { validAfter, validUntil }: Session, words: Words): string {
  const { token, amount, period, kind } = limit;
  const approval = describeApproval(limit, words);
  if (kind === "inventory") {
    const given = amount === 0n ? "" : `, besides ${words.toAmount(amount, token)} it is given to start with`;
    return `May sell only what it bought of ${words.toName(token)}${given}${approval}.`;
  }
  const what = `${kind === "net" ? "May lose at most" : "At most"} ${words.toAmount(amount, token)}`;
  const means = kind === "net" ? ", counting what comes back" : "";
  if (period === 0) return `${what} in all${means}${approval}.`;
  if (period >= validUntil - validAfter) {
    return `${what} in all${means}: its period of ${toDurationWords(period)} does not reset before the session ends${approval}.`;
  }
  const resets = `resets every ${toPeriodWords(period)} from ${toTimeWords(validAfter)}`;
  const twice = `so up to ${words.toAmount(2n * amount, token)} around a reset`;
  return `${what} per ${toPeriodWords(period)}${means} (${resets}, ${twice})${approval}.`;
}

/** The count starts again with every approved order, so splitting an amount does not avoid the approver. */
function describeApproval({ approveAbove, period, token, kind }: Limit, words: Words): string {
  if (approveAbove === 0n) return "";
  const most = words.toAmount(approveAbove, token);
  const spent = kind === "gross" ? "spent" : "given away";
  const within = period === 0 ? "" : ` within a period of ${toDurationWords(period)}`;
  return `; an order that brings what is ${spent} without approval${within} above ${most} needs the approver's signature too`;
}
