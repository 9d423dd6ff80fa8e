import { toTable, type Row } from "../../scripts/bench/toTable.ts";
import type { AltoResult } from "./alto/runAltoBench.ts";
import type { FloorResult } from "./floor/runFloorBench.ts";
import type { BenchResult } from "./runBench.ts";

type Figure = { [Name in keyof BenchResult]: BenchResult[Name] extends number ? Name : never }[keyof BenchResult];

/** What is measured, and the target (design, section 3). */
export const figures: readonly [name: Figure, what: string, target: string][] = [
  ["minedOverCeiling", "mined, of the chain's own ceiling", "≥ 0.85"],
  ["minedOverRaw", "mined ÷ raw transfers a second", "≥ 0.65"],
  ["ackP50Ms", "acknowledged at concurrency 32, p50 ms", "≤ 25"],
  ["ackP95Ms", "p95 ms", "≤ 60"],
  ["ackP99Ms", "p99 ms", "≤ 120"],
  ["openP50Ms", "acknowledged at 300 a second, p50 ms", "≤ 10"],
  ["openP95Ms", "p95 ms", "≤ 30"],
  ["openP99Ms", "p99 ms", "≤ 80"],
  ["nodeCallsPerOrder", "node calls per order", "≤ 0.3"],
  ["cpuMsPerOrder", "CPU ms per order", ""],
  ["peakRssMb", "peak memory of a relayer, MB", "≤ 300"],
  ["lost", "acknowledged and lost on kill -9", "0"],
  ["executedTwice", "executed twice", "0"],
  ["minedPerSecond", "mined a second", ""],
  ["ackPerSecond", "acknowledged a second", ""],
  ["rawPerSecond", "raw transfers a second", ""],
  ["gasPerOrder", "gas per order", ""],
  ["blockSeconds", "seconds between blocks", ""],
  ["retries", "answers that asked to come again", ""],
];

export type NamedResult = { name: string; result: BenchResult };

type Report = {
  /** The first is the default run. */
  runs: readonly NamedResult[];
  /** Of the same kind of run, as is what follows. */
  floor: FloorResult | undefined;
  alto: AltoResult;
  sessions: readonly NamedResult[];
  stored: readonly NamedResult[];
};

/** The results as Markdown tables. */
export function toRelayerReport({ runs, floor, alto, sessions, stored }: Report): string {
  const [first] = runs;
  if (first === undefined) throw new Error("There is no default run");
  return [
    toTable(
      ["", "target", ...runs.map(({ name }) => name), "floor", "Alto 0.0.20"],
      figures.map(([figure, what, target]): Row => [
        what,
        target,
        ...runs.map(toCell(figure)),
        toFloorCell(figure, floor),
        toAltoCell(figure, alto),
      ]),
    ),
    `Of Alto's ${alto.killAcknowledged.toLocaleString("en")} operations that were acknowledged around the kill, ${alto.lost.toLocaleString("en")} were lost. Of its burst it refused ${alto.refused.toLocaleString("en")} and left ${alto.unmined.toLocaleString("en")} unmined.`,
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

/** The floor's figure, if it has one. */
export function toFloorCell(figure: Figure, floor: FloorResult | undefined): string {
  const value = new Map<string, number>(Object.entries(floor ?? {})).get(figure);
  return value === undefined ? "–" : value.toLocaleString("en");
}

const isOfAlto = (figure: Figure): figure is Figure & keyof AltoResult => figure !== "executedTwice";

function toAltoCell(figure: Figure, alto: AltoResult): string {
  return isOfAlto(figure) ? alto[figure].toLocaleString("en") : "–";
}

const toCell =
  (figure: Figure) =>
  ({ result }: NamedResult): string =>
    result[figure].toLocaleString("en");
