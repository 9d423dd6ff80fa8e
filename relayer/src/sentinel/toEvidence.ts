import type { Hex } from "viem";
import type { SessionContent } from "../admission/createContentStore.ts";
import type { Evidence } from "../db/sentinelRows.ts";
import { toCount } from "./average.ts";
import { troubleLifeMs, type History } from "./history.ts";
import type { Score } from "./scoreOrder.ts";

/** What evidence is about: an order, or an attempt at one. */
export type Subject = { content: SessionContent; orderHash: Hex; history: History; score: Score };

/** What the sentinel saw when it acted: the parts of the score, and the counts that hard rules go by. */
export function toEvidence(
  { content, orderHash, history, score }: Subject,
  action: Evidence["action"],
  rule: string,
): Evidence {
  const now = Date.now();
  const counts = {
    orders: history.orders,
    refusedAttempts: toCount(history.refusals, now, troubleLifeMs),
    failedOrders: toCount(history.failures, now, troubleLifeMs),
    unusualWhileHeld: toCount(history.held, now, troubleLifeMs),
  };
  const round = (value: number): number => Math.round(value * 100) / 100;
  const features = Object.entries({ ...score.features, ...counts }).map(([name, value]) => [name, round(value)]);
  return {
    session_id: content.sessionId,
    account: content.session.account,
    order_hash: orderHash,
    action,
    rule,
    score: round(score.total),
    features: JSON.stringify(Object.fromEntries(features)),
  };
}
