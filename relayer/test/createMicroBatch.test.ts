import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createMicroBatch } from "../src/createMicroBatch.ts";

function start({ waitMs = 5, sizeMax = 10, runsMax = 2, runMs = 20 } = {}) {
  const runs: number[][] = [];
  let running = 0;
  let runningMost = 0;
  const batch = createMicroBatch<number, string>({
    waitMs,
    sizeMax,
    runsMax,
    async run(items) {
      runs.push(items);
      running += 1;
      runningMost = Math.max(runningMost, running);
      await sleep(runMs);
      running -= 1;
      if (items.includes(13)) throw new Error("Thirteen");
      return items.map((item) => `#${item}`);
    },
  });
  return { batch, runs, getRunningMost: () => runningMost };
}

test("runs together what comes together, and gives each its own result", async () => {
  const { batch, runs } = start();
  expect(await Promise.all([1, 2, 3].map(batch.add))).toEqual(["#1", "#2", "#3"]);
  expect(runs).toEqual([[1, 2, 3]]);
});

test("bounds the size of a run and how many run at once, and forgets none", async () => {
  const { batch, runs, getRunningMost } = start({ sizeMax: 4 });
  const items = Array.from({ length: 30 }, (_, index) => index + 100);
  expect(await Promise.all(items.map(batch.add))).toEqual(items.map((item) => `#${item}`));
  expect(runs.flat()).toEqual(items);
  expect(Math.max(...runs.map(({ length }) => length))).toBe(4);
  expect(getRunningMost()).toBe(2);
});

test("lets what comes during a run wait for others, and go in one run", async () => {
  const { batch, runs } = start({ runsMax: 1 });
  const first = batch.add(1);
  await sleep(10);
  const others = [batch.add(2), batch.add(3)];
  expect(await Promise.all([first, ...others])).toEqual(["#1", "#2", "#3"]);
  expect(runs).toEqual([[1], [2, 3]]);
});

test("fails the items of a run that fails, and goes on", async () => {
  const { batch } = start({ sizeMax: 2 });
  const [bad, beside, other] = await Promise.allSettled([13, 1, 2].map(batch.add));
  expect([bad?.status, beside?.status, other?.status]).toEqual(["rejected", "rejected", "fulfilled"]);
  expect(await batch.add(4)).toBe("#4");
});
