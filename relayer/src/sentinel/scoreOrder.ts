import { toCount, toSurprise } from "./average.ts";
import { isNovel, toHour, toPace, toShare, troubleLifeMs, type History } from "./history.ts";
import type { Observation } from "./observeOrder.ts";

/** What is unusual about an order, in nats each (how unlikely the key's own history makes it), 0 if nothing is. */
export type Features = {
  pace: number;
  size: number;
  novelty: number;
  source: number;
  failures: number;
  hour: number;
};

export type Score = { features: Features; total: number };

/** No one of them alone can hold an order, whatever the thresholds' defaults: several things must be unusual at once. */
const surpriseMax = 6;
/** Failing orders are often sent again in a hurry, which is no sign of theft: they and the pace together hold nothing. */
const failuresMax = 3;
const hourMax = 3;
/** A day of a week's seven may be the first of its kind. */
const daysMin = 7;
const dayMs = 86_400_000;

/** Of an order like every other, and of what no history can be asked about. */
export const nothingUnusual: Score = {
  features: { pace: 0, size: 0, novelty: 0, source: 0, failures: 0, hour: 0 },
  total: 0,
};

/**
 * Scores an order against the key's own history; both stay as they are. 0 until the key has a history of `warmUpOrders`:
 * a new key is a stranger, not a suspect. The same history, order and time give the same score.
 */
export function scoreOrder(
  history: History,
  observation: Observation,
  { now, warmUpOrders }: { now: number; warmUpOrders: number },
): Score {
  if (history.orders < warmUpOrders) return nothingUnusual;
  const features: Features = {
    pace: toSurprise(history.pace, toPace(history, now), 0.5, surpriseMax),
    size: Math.max(
      toSurprise(history.share, toShare(observation.share), 0.5, surpriseMax),
      toMagnitudeSurprise(history, observation),
    ),
    novelty: isNovel(history, observation) ? toRarity(history.novelty.mean) : 0,
    source: isElsewhere(history, observation) ? toRarity(history.travel.mean) : 0,
    failures: toSurprise(history.usualFailures, toCount(history.failures, now, troubleLifeMs), 1, failuresMax),
    hour: toHourSurprise(history, now),
  };
  const { pace, size, novelty, source, failures, hour } = features;
  return { features, total: pace + size + novelty + source + failures + hour };
}

/** Of something that so often, from 0 to 1, is the case. */
function toRarity(frequency: number): number {
  return Math.min(surpriseMax, -Math.log(Math.max(frequency, 1e-6)));
}

function isElsewhere({ sources }: History, { source }: Observation): boolean {
  return source !== undefined && sources.get(source) === undefined;
}

/** For what limits do not measure before it runs, such as what a target pulls. */
function toMagnitudeSurprise({ functions }: History, observation: Observation): number {
  const known = observation.functions.map((name) => functions.get(name));
  return known.reduce(
    (most, average) =>
      average === undefined ? most : Math.max(most, toSurprise(average, observation.magnitude, 1, surpriseMax)),
    0,
  );
}

/** Of the hour of the day (UTC), once the key has been watched for a week. */
function toHourSurprise({ hours, startedAt }: History, now: number): number {
  const days = Math.floor((now - startedAt) / dayMs);
  if (days < daysMin) return 0;
  const active = hours[toHour(now) % 24] ?? 0;
  return Math.min(hourMax, Math.max(0, -Math.log((active + 0.5) / (days + 1))));
}
