import { readMetrics } from "../test/support/readMetrics.ts";
import { stageNames } from "../src/observability/stages.ts";

/** Of each stage of admission, how often it ran and for how long altogether, in seconds. */
export type StageTimes = ReadonlyMap<string, { count: number; seconds: number }>;

export async function readStages(urls: readonly string[]): Promise<StageTimes> {
  const metrics = await Promise.all(urls.map((url) => readMetrics(url)));
  const sum = (name: string, stage: string) =>
    metrics.reduce((total, samples) => total + samples.get(name, { stage }), 0);
  return new Map(
    stageNames.map((stage) => [
      stage,
      {
        count: sum("latchkey_admission_stage_seconds_count", stage),
        seconds: sum("latchkey_admission_stage_seconds_sum", stage),
      },
    ]),
  );
}

/** Mean milliseconds of each stage that ran in between. */
export function toStageMs(before: StageTimes, after: StageTimes): Record<string, number> {
  const times = [...after].flatMap(([stage, { count, seconds }]): [string, number][] => {
    const from = before.get(stage) ?? { count: 0, seconds: 0 };
    if (count === from.count) return [];
    return [[stage, Number(((1000 * (seconds - from.seconds)) / (count - from.count)).toFixed(3))]];
  });
  return Object.fromEntries(times);
}
