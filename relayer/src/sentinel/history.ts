import { z } from "zod";
import { createBoundedMap, type BoundedMap } from "../createBoundedMap.ts";
import { addToAverage, addToCount, emptyAverage, toCount, type Average, type Decayed } from "./average.ts";
import type { Observation } from "./observeOrder.ts";

/** What a session key has done so far, as much of it as the model needs. Bounded, whatever the key does. */
export type History = {
  /** Orders it has learned from. */
  orders: number;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  /** Orders in the last minute or so. */
  recent: Decayed;
  /** Of the logarithm of `recent`. */
  pace: Average;
  /** Of the logarithm of the share of a limit. */
  share: Average;
  /** How often an order calls or names what none before it did, 0 to 1. */
  novelty: Average;
  /** How often it comes from where none before it came. */
  travel: Average;
  /** Orders that would fail, or failed on chain, in the last minutes; and how many that is usually. */
  failures: Decayed;
  usualFailures: Average;
  /** Orders outside of what the session allows. */
  refusals: Decayed;
  /** Orders that came while the session was held. */
  held: Decayed;
  /** Average magnitude of the arguments, by function. */
  functions: BoundedMap<string, Average>;
  parties: BoundedMap<string, true>;
  sources: BoundedMap<string, true>;
  /** On how many days it was active in each hour (UTC). */
  hours: number[];
  /** Hours since the Unix epoch. */
  lastHour: number;
};

/** In which a count falls to 1/e, in milliseconds. */
export const paceLifeMs = 60_000;
export const troubleLifeMs = 600_000;
const functionsMax = 64;
const partiesMax = 128;
const sourcesMax = 32;
const hourMs = 3_600_000;

export function createHistory(now: number): History {
  const none = (): Decayed => ({ value: 0, at: now });
  return {
    orders: 0,
    startedAt: now,
    recent: none(),
    pace: emptyAverage(),
    share: emptyAverage(),
    novelty: emptyAverage(),
    travel: emptyAverage(),
    failures: none(),
    usualFailures: emptyAverage(),
    refusals: none(),
    held: none(),
    functions: createBoundedMap(functionsMax),
    parties: createBoundedMap(partiesMax),
    sources: createBoundedMap(sourcesMax),
    hours: Array.from({ length: 24 }, () => 0),
    lastHour: 0,
  };
}

export const toPace = ({ recent }: History, now: number): number => Math.log1p(toCount(recent, now, paceLifeMs) + 1);
export const toShare = (share: number): number => Math.log(Math.max(share, 1e-6));
export const toHour = (now: number): number => Math.floor(now / hourMs);

export function isNovel({ functions, parties }: History, observation: Observation): boolean {
  return (
    observation.functions.some((name) => functions.get(name) === undefined) ||
    observation.parties.some((party) => parties.get(party) === undefined)
  );
}

/** Makes an order part of the history. */
export function learnOrder(history: History, observation: Observation, now: number): void {
  history.pace = addToAverage(history.pace, toPace(history, now));
  history.recent = addToCount(history.recent, now, paceLifeMs);
  history.share = addToAverage(history.share, toShare(observation.share));
  history.novelty = addToAverage(history.novelty, isNovel(history, observation) ? 1 : 0);
  history.usualFailures = addToAverage(history.usualFailures, toCount(history.failures, now, troubleLifeMs));
  for (const name of observation.functions) {
    const known = history.functions.get(name) ?? emptyAverage();
    history.functions.set(name, addToAverage(known, observation.magnitude));
  }
  for (const party of observation.parties) history.parties.set(party, true);
  const { source } = observation;
  if (source !== undefined) {
    history.travel = addToAverage(history.travel, history.sources.get(source) === undefined ? 1 : 0);
    history.sources.set(source, true);
  }
  const hour = toHour(now);
  if (hour !== history.lastHour) history.hours[hour % 24] = (history.hours[hour % 24] ?? 0) + 1;
  history.lastHour = hour;
  history.orders += 1;
}

const averageSchema = z
  .tuple([z.number(), z.number(), z.number()])
  .transform(([count, mean, variance]): Average => ({ count, mean, variance }));
const decayedSchema = z.tuple([z.number(), z.number()]).transform(([value, at]): Decayed => ({ value, at }));
const historySchema = z.object({
  version: z.literal(1),
  orders: z.number(),
  startedAt: z.number(),
  recent: decayedSchema,
  pace: averageSchema,
  share: averageSchema,
  novelty: averageSchema,
  travel: averageSchema,
  failures: decayedSchema,
  usualFailures: averageSchema,
  refusals: decayedSchema,
  held: decayedSchema,
  functions: z.array(z.tuple([z.string(), averageSchema])),
  parties: z.array(z.string()),
  sources: z.array(z.string()),
  hours: z.array(z.number()).length(24),
  lastHour: z.number(),
});

/** For the database. Numbers are cut to what matters. */
export function toHistoryJson(history: History): string {
  const short = (value: number): number => Number(value.toPrecision(7));
  const toAverage = ({ count, mean, variance }: Average) => [count, short(mean), short(variance)];
  const toDecayed = ({ value, at }: Decayed) => [short(value), at];
  const keys = (map: BoundedMap<string, true>): string[] => [...map.entries()].map(([key]) => key);
  return JSON.stringify({
    version: 1,
    orders: history.orders,
    startedAt: history.startedAt,
    recent: toDecayed(history.recent),
    pace: toAverage(history.pace),
    share: toAverage(history.share),
    novelty: toAverage(history.novelty),
    travel: toAverage(history.travel),
    failures: toDecayed(history.failures),
    usualFailures: toAverage(history.usualFailures),
    refusals: toDecayed(history.refusals),
    held: toDecayed(history.held),
    functions: [...history.functions.entries()].map(([name, average]) => [name, toAverage(average)]),
    parties: keys(history.parties),
    sources: keys(history.sources),
    hours: history.hours,
    lastHour: history.lastHour,
  });
}

/** Throws if the text is not what `toHistoryJson` writes. */
export function parseHistory(text: string): History {
  const { functions, parties, sources, version: _, ...rest } = historySchema.parse(JSON.parse(text));
  const history: History = { ...createHistory(rest.startedAt), ...rest };
  for (const [name, average] of functions) history.functions.set(name, average);
  for (const party of parties) history.parties.set(party, true);
  for (const source of sources) history.sources.set(source, true);
  return history;
}
