import { toTable, type Row } from "../../scripts/bench/toTable.ts";
import type { BenchResult } from "./runBench.ts";

type Figure = { [Name in keyof BenchResult]: BenchResult[Name] extends number ? Name : never }[keyof BenchResult];

/** What is measured, what Alto 0.0.20 has (design, section 3), and the target. */
export const figures: readonly [name: Figure, what: string, alto: string, target: string][] = [
  ["minedOverCeiling", "mined, of the chain's own ceiling", "0.33", "≥ 0.85"],
  ["minedOverRaw", "mined ÷ raw transfers a second", "0.20–0.24", "≥ 0.65"],
  ["ackP50Ms", "acknowledged at concurrency 32, p50 ms", "75", "≤ 25"],
  ["ackP95Ms", "p95 ms", "955", "≤ 60"],
  ["ackP99Ms", "p99 ms", "1,547", "≤ 120"],
  ["openP50Ms", "acknowledged at 300 a second, p50 ms", "–", "≤ 10"],
  ["openP95Ms", "p95 ms", "–", "≤ 30"],
  ["openP99Ms", "p99 ms", "–", "≤ 80"],
  ["nodeCallsPerOrder", "node calls per order", "2.2–2.7", "≤ 0.3"],
  ["cpuMsPerOrder", "CPU ms per order", "–", ""],
  ["peakRssMb", "peak memory of a relayer, MB", "635–823", "≤ 300"],
  ["lost", "acknowledged and lost on kill -9", "36–100 %", "0"],
  ["executedTwice", "executed twice", "–", "0"],
  ["minedPerSecond", "mined a second", "128", ""],
  ["ackPerSecond", "acknowledged a second", "–", ""],
  ["rawPerSecond", "raw transfers a second", "–", ""],
  ["gasPerOrder", "gas per order", "–", ""],
  ["blockSeconds", "seconds between blocks", "–", ""],
  ["retries", "answers that asked to come again", "–", ""],
];

export type NamedResult = { name: string; result: BenchResult };

type Report = {
  /** The first is the default run. */
  runs: readonly NamedResult[];
  sessions: readonly NamedResult[];
  stored: readonly NamedResult[];
};

/** The results as Markdown tables. */
export function toRelayerReport({ runs, sessions, stored }: Report): string {
  const [first] = runs;
  if (first === undefined) throw new Error("There is no default run");
  return [
    toTable(
      ["", "Alto 0.0.20", "target", ...runs.map(({ name }) => name)],
      figures.map(([figure, what, alto, target]): Row => [what, alto, target, ...runs.map(toCell(figure))]),
    ),
    "How cost grows with the sessions that are alive, on Postgres with one instance:",
    toGrowth("live sessions", sessions),
    "And with the orders of long ago that the database holds:",
    toGrowth("stored orders", stored),
    "What each layer of admission takes, as the mean in milliseconds in the burst of the first run, waiting for other orders included:",
    toTable(
      ["stage", "ms"],
      Object.entries(first.result.stageMs).map(([stage, ms]): Row => [stage, String(ms)]),
    ),
  ].join("\n\n");
}

function toGrowth(what: string, results: readonly NamedResult[]): string {
  const rows: readonly [Figure, string][] = [
    ["ackPerSecond", "acknowledged a second"],
    ["ackP50Ms", "p50 ms"],
    ["minedOverCeiling", "mined, of the ceiling"],
    ["nodeCallsPerOrder", "node calls per order"],
    ["cpuMsPerOrder", "CPU ms per order"],
    ["peakRssMb", "peak memory, MB"],
  ];
  return toTable(
    [what, ...results.map(({ name }) => name)],
    rows.map(([figure, title]): Row => [title, ...results.map(toCell(figure))]),
  );
}

const toCell =
  (figure: Figure) =>
  ({ result }: NamedResult): string =>
    result[figure].toLocaleString("en");
