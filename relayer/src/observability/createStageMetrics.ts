import { Counter, type Registry } from "prom-client";
import { stageNames, verdicts, type Stage, type Verdict } from "./stages.ts";

type Times = { buckets: number[]; sum: number; count: number };

const timesName = "latchkey_admission_stage_seconds";

/**
 * Times and verdicts of the stages of admission. Every order adds a dozen of each: they are plain numbers here until they
 * are read, since prom-client checks and hashes the labels of every single observation.
 */
export function createStageMetrics({ registry, buckets }: { registry: Registry; buckets: readonly number[] }) {
  // Every series exists from the start, so that rates are right from the first event on.
  const counts = createRecord(stageNames, () => createRecord(verdicts, () => 0));
  const times = createRecord(stageNames, (): Times => ({ buckets: buckets.map(() => 0), sum: 0, count: 0 }));

  const stageVerdicts = new Counter({
    name: "latchkey_admission_verdicts_total",
    help: "What each stage of admission decided: passed, refused, or unavailable when it could not decide",
    labelNames: ["stage", "verdict"],
    registers: [],
    collect() {
      this.reset();
      for (const stage of stageNames) {
        for (const verdict of verdicts) this.inc({ stage, verdict }, counts[stage][verdict]);
      }
    },
  });

  registry.registerMetric(stageVerdicts);

  return {
    /** What a stage took, in seconds, and decided. */
    record: (stage: Stage, seconds: number, verdict: Verdict): void => {
      counts[stage][verdict] += 1;
      const time = times[stage];
      time.sum += seconds;
      time.count += 1;
      const index = buckets.findIndex((bound) => seconds <= bound);
      if (index >= 0) time.buckets[index] = (time.buckets[index] ?? 0) + 1;
    },

    /** The histogram of the times, in Prometheus' text format. */
    toTimesText: (): string => {
      const lines = stageNames.flatMap((stage) => toLines(stage, times[stage], buckets));
      return [
        `# HELP ${timesName} Time an order or request spends in one stage of admission`,
        `# TYPE ${timesName} histogram`,
        ...lines,
        "",
      ].join("\n");
    },
  };
}

function createRecord<Name extends string, Value>(names: readonly Name[], create: () => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, create()])) as Record<Name, Value>;
}

/** Each bucket counts what is in the smaller ones too. */
function toLines(stage: Stage, { buckets, sum, count }: Times, bounds: readonly number[]): string[] {
  let below = 0;
  const counted = bounds.map((bound, index) => {
    below += buckets[index] ?? 0;
    return `${timesName}_bucket{le="${bound}",stage="${stage}"} ${below}`;
  });
  return [
    ...counted,
    `${timesName}_bucket{le="+Inf",stage="${stage}"} ${count}`,
    `${timesName}_sum{stage="${stage}"} ${sum}`,
    `${timesName}_count{stage="${stage}"} ${count}`,
  ];
}
