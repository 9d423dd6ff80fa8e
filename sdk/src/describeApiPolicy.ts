import { hashApiPolicy, type ApiPolicy } from "./apiPolicy.ts";
import type { Session } from "./session.ts";

const bestEffort = "Best effort, by relayers that know its API policy, and not by the chain:";

/** A sentence for each thing the policy asks of relayers; nothing if the session does not commit to it. */
export function describeApiPolicy(
  { salt }: Pick<Session, "salt">,
  policy: ApiPolicy | undefined,
): string[] | undefined {
  if (policy === undefined || hashApiPolicy(policy) !== salt) return undefined;
  const { cidrs, ordersPerMinute, requireAuthentication } = policy;
  const sentences = [
    cidrs.length > 0 && `${bestEffort} orders only from ${cidrs.join(", ")}.`,
    ordersPerMinute > 0 &&
      `${bestEffort} at most ${ordersPerMinute} order${ordersPerMinute === 1 ? "" : "s"} a minute.`,
    requireAuthentication && `${bestEffort} orders only in requests that its key or the account's owner has signed.`,
  ].filter((sentence) => typeof sentence === "string");
  return sentences.length > 0 ? sentences : ["Its API policy asks nothing of relayers."];
}
