import { expect, test } from "vitest";
import { createLoadGate } from "../src/limits/createLoadGate.ts";
import { createMetrics } from "../src/observability/createMetrics.ts";
import { ProblemError } from "../src/problem.ts";

function createGate(config: { admissionsMax: number; waitingOrdersMax: number }, waiting = 0) {
  const { admissionsInFlight } = createMetrics();
  return createLoadGate({ countWaiting: () => Promise.resolve(waiting), inFlight: admissionsInFlight, config });
}

const refuses = (work: Promise<unknown>) => expect(work).rejects.toBeInstanceOf(ProblemError);

test("runs no more at once than it may, and more again when some have ended", async () => {
  const gate = createGate({ admissionsMax: 1, waitingOrdersMax: 10 });
  const first = Promise.withResolvers<string>();
  const running = gate.run(() => first.promise, { isStoring: true });
  await refuses(gate.run(() => Promise.resolve(), { isStoring: false }));
  first.resolve("done");
  expect(await running).toBe("done");
  expect(await gate.run(() => Promise.resolve("next"), { isStoring: true })).toBe("next");
});

test("gives the place back when the work fails", async () => {
  const gate = createGate({ admissionsMax: 1, waitingOrdersMax: 10 });
  await expect(gate.run(() => Promise.reject(new Error("broken")), { isStoring: false })).rejects.toThrow("broken");
  expect(await gate.run(() => Promise.resolve(1), { isStoring: false })).toBe(1);
});

test("refuses what would be stored when enough waits, and nothing else", async () => {
  const gate = createGate({ admissionsMax: 9, waitingOrdersMax: 3 }, 3);
  await refuses(gate.run(() => Promise.resolve(), { isStoring: true }));
  expect(await gate.run(() => Promise.resolve(2), { isStoring: false })).toBe(2);
});
