import { describe, expect, test } from "vitest";
import type { Address } from "viem";
import { createHistory, learnOrder, parseHistory, toHistoryJson, type History } from "../src/sentinel/history.ts";
import { toAllowed, toDecision } from "../src/sentinel/ladder.ts";
import { observeOrder, type Observation } from "../src/sentinel/observeOrder.ts";
import { rungs } from "../src/sentinel/rungs.ts";
import { scoreOrder } from "../src/sentinel/scoreOrder.ts";
import { createAddress, createContent, createPayment, readSentinelConfig } from "./support/sentinelWorld.ts";

const settings = readSentinelConfig();
const { session } = createContent();
const start = Date.UTC(2026, 0, 5, 9);
const minute = 60_000;

type Step = { at: number; recipient: Address; amount: bigint; source?: string };

const observe = ({ recipient, amount, source = "198.51.100.7" }: Step): Observation =>
  observeOrder(createPayment(recipient, amount), session, [amount], source);

/** What the sentinel would do about a step; learns from it if it lets it pass. */
function take(history: History, step: Step): { rung: string; total: number } {
  const observation = observe(step);
  const { total } = scoreOrder(history, observation, { now: step.at, warmUpOrders: settings.warmUpOrders });
  const { rung } = toDecision(total, history, step.at, settings);
  if (rung === "off" || rung === "note") learnOrder(history, observation, step.at);
  return { rung, total };
}

const recipients = [createAddress(), createAddress(), createAddress()];

/** The same every minute, somewhat late at times, amounts that differ by half; reproducible. */
function createSteadyStep(index: number, at: number): Step {
  const recipient = recipients[index % recipients.length];
  if (recipient === undefined) throw new Error("There are recipients");
  return { at, recipient, amount: 10_000n + BigInt((index * 7_919) % 5_000) };
}

function createSteadyHistory(orders: number): { history: History; at: number } {
  const history = createHistory(start);
  let at = start;
  for (let index = 0; index < orders; index += 1) {
    at += minute + ((index * 31) % 20) * 1_000;
    take(history, createSteadyStep(index, at));
  }
  return { history, at };
}

test("never holds a steady bot in 1,000 orders with bursts of twenty among them", () => {
  const history = createHistory(start);
  let at = start;
  for (let index = 0; index < 1_000; index += 1) {
    // Twice a second, twenty times, at every hundredth order.
    const isBurst = index % 100 < 20 && index >= 100;
    at += isBurst ? 500 : minute + ((index * 31) % 20) * 1_000;
    expect(["off", "note"]).toContain(take(history, createSteadyStep(index, at)).rung);
  }
});

test("never holds a bot that pays somebody else each time as fast as it can, from its first order on", () => {
  const history = createHistory(start);
  for (let index = 0; index < 1_000; index += 1) {
    const step = { at: start + index * 20, recipient: createAddress(), amount: 1n };
    expect(["off", "note"]).toContain(take(history, step).rung);
  }
});

test("does not take a key's first orders for anything, however wild they are", () => {
  const history = createHistory(start);
  for (let index = 0; index < settings.warmUpOrders; index += 1) {
    const step = {
      at: start + index,
      recipient: createAddress(),
      amount: 10n ** BigInt(index % 6),
      source: `${index}`,
    };
    expect(take(history, step)).toEqual({ rung: "off", total: 0 });
  }
});

test.each([25, 100, 1_000])("holds a thief within three orders after %i of the bot's own", (orders) => {
  const { history, at } = createSteadyHistory(orders);
  const thief = createAddress();
  const verdicts = [1, 2, 3].map(
    (second) =>
      take(history, { at: at + second * 1_000, recipient: thief, amount: 900_000n, source: "203.0.113.9" }).rung,
  );
  expect(verdicts.some((rung) => rungs.indexOf(rung as (typeof rungs)[number]) >= rungs.indexOf("hold"))).toBe(true);
});

describe("holds nothing for one unusual thing alone", () => {
  test.each<[string, Partial<Step>]>([
    ["a new recipient", { recipient: createAddress() }],
    ["a great amount", { amount: 1_000_000n }],
    ["another address", { source: "2001:db8::1" }],
  ])("%s", (_, change) => {
    const { history, at } = createSteadyHistory(1_000);
    const { rung, total } = take(history, { ...createSteadyStep(0, at + minute), ...change });
    expect(rung).toBe("note");
    expect(total).toBeGreaterThanOrEqual(settings.noteScore);
  });

  test("a hundred orders in a second", () => {
    const { history, at } = createSteadyHistory(1_000);
    for (let index = 0; index < 100; index += 1) {
      expect(["off", "note"]).toContain(take(history, createSteadyStep(index, at + 10 * index)).rung);
    }
  });
});

test("the hour counts once a key has been watched for a week", () => {
  const history = createHistory(start);
  for (let day = 0; day < 10; day += 1) {
    for (let index = 0; index < 20; index += 1) {
      take(history, createSteadyStep(index, start + day * 1_440 * minute + index * 10 * minute));
    }
  }
  const score = (at: number) =>
    scoreOrder(history, observe(createSteadyStep(0, at)), { now: at, warmUpOrders: settings.warmUpOrders }).features;
  const morning = start + 10 * 1_440 * minute;
  expect(score(morning).hour).toBeLessThan(0.2);
  expect(score(morning - 6 * 60 * minute).hour).toBeGreaterThan(2);
  const { history: young, at } = createSteadyHistory(100);
  const late = at + 600 * minute;
  expect(scoreOrder(young, observe(createSteadyStep(0, late)), { now: late, warmUpOrders: 20 }).features.hour).toBe(0);
});

test("attempts outside of the session hold, suspend and revoke by their number", () => {
  const { history, at } = createSteadyHistory(30);
  const decide = (refusals: number) => toDecision(0, { ...history, refusals: { value: refusals, at } }, at, settings);
  const { refusalsMax } = settings;
  expect(decide(refusalsMax)).toEqual({ rung: "off", rule: "usual" });
  expect(decide(refusalsMax + 1)).toEqual({ rung: "hold", rule: "refused-attempts" });
  expect(decide(2 * refusalsMax + 1)).toEqual({ rung: "suspend", rule: "refused-attempts" });
  expect(decide(4 * refusalsMax + 1)).toEqual({ rung: "revoke", rule: "refused-attempts" });
});

test("a key that goes on unlike itself while it is held is suspended", () => {
  const { history, at } = createSteadyHistory(30);
  const decide = (held: number, total: number) =>
    toDecision(total, { ...history, held: { value: held, at } }, at, settings);
  expect(decide(10, 12)).toEqual({ rung: "hold", rule: "unusual" });
  expect(decide(11, 12)).toEqual({ rung: "suspend", rule: "unusual-while-held" });
  expect(decide(11, 23)).toEqual({ rung: "revoke", rule: "unusual" });
});

test("goes no higher than the operator and the session let it", () => {
  const all = { canSuspend: true, canRevoke: true };
  expect(toAllowed("revoke", { level: "revoke", ...all })).toBe("revoke");
  expect(toAllowed("revoke", { level: "suspend", ...all })).toBe("suspend");
  expect(toAllowed("revoke", { level: "revoke", canSuspend: true, canRevoke: false })).toBe("suspend");
  expect(toAllowed("suspend", { level: "revoke", canSuspend: false, canRevoke: false })).toBe("hold");
  expect(toAllowed("revoke", { level: "note", ...all })).toBe("note");
});

test("a history comes back from the database as it was, and has bounds", () => {
  const history = createHistory(start);
  for (let index = 0; index < 500; index += 1) {
    const step = {
      at: start + index * minute,
      recipient: createAddress(),
      amount: BigInt(index),
      source: `192.0.2.${index % 256}`,
    };
    learnOrder(history, observe(step), step.at);
  }
  const text = toHistoryJson(history);
  expect(text.length).toBeLessThan(6_000);
  expect(toHistoryJson(parseHistory(text))).toBe(text);
  const later = start + 501 * minute;
  const step = createSteadyStep(0, later);
  const score = (of: History) => scoreOrder(of, observe(step), { now: later, warmUpOrders: 20 }).total;
  expect(score(parseHistory(text))).toBeCloseTo(score(history), 4);
});

test("takes the /64 of an IPv6 address for the client, and an IPv4 address in IPv6 for itself", () => {
  const toSource = (source: string) => observe({ ...createSteadyStep(0, start), source }).source;
  expect(toSource("2001:db8:1:2:3:4:5:6")).toBe(toSource("2001:db8:1:2::9"));
  expect(toSource("2001:db8:1:2::9")).not.toBe(toSource("2001:db8:1:3::9"));
  expect(toSource("2001:db8::9")).toBe(toSource("2001:db8:0:0:1::"));
  expect(toSource("::ffff:192.0.2.1")).toBe("192.0.2.1");
});
