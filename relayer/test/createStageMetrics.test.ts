import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { createStageMetrics } from "../src/observability/createStageMetrics.ts";
import { stageNames } from "../src/observability/stages.ts";

test("has every series from the start", async () => {
  const registry = new Registry();
  const stages = createStageMetrics({ registry, buckets: [1] });
  const text = `${await registry.metrics()}\n${stages.toTimesText()}`;
  for (const stage of stageNames) {
    expect(text).toContain(`latchkey_admission_verdicts_total{stage="${stage}",verdict="unavailable"} 0`);
    expect(text).toContain(`latchkey_admission_stage_seconds_count{stage="${stage}"} 0`);
  }
});

test("counts a time in its bucket and in all greater ones, and its verdict however often it is read", async () => {
  const registry = new Registry();
  const stages = createStageMetrics({ registry, buckets: [0.1, 1] });
  stages.record("store", 0.1, "passed");
  stages.record("store", 0.5, "passed");
  stages.record("store", 2, "refused");
  await registry.metrics();
  expect(stages.toTimesText().match(/.*stage="store".*/g)).toEqual([
    'latchkey_admission_stage_seconds_bucket{le="0.1",stage="store"} 1',
    'latchkey_admission_stage_seconds_bucket{le="1",stage="store"} 2',
    'latchkey_admission_stage_seconds_bucket{le="+Inf",stage="store"} 3',
    'latchkey_admission_stage_seconds_sum{stage="store"} 2.6',
    'latchkey_admission_stage_seconds_count{stage="store"} 3',
  ]);
  expect((await registry.metrics()).match(/verdicts_total\{stage="store".*/g)).toEqual([
    'verdicts_total{stage="store",verdict="passed"} 2',
    'verdicts_total{stage="store",verdict="refused"} 1',
    'verdicts_total{stage="store",verdict="unavailable"} 0',
  ]);
});
