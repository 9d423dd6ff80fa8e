/**
 * How fast the relayer takes orders and gets them mined, on a chain, a database and relayers of its own on this machine.
 *
 *   npm run bench:relayer               a table
 *   npm run -s bench:relayer -- --json  only the JSON
 *
 * Options: --database postgres|pglite (default postgres), --instances <n> (1), --orders <n> (10000); how cost grows:
 * --accounts <n> (100) with a live session each, --stored <n> (0) orders of long ago in the database.
 */
import { parseArgs } from "node:util";
import { runBench, type BenchResult } from "./runBench.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    database: { type: "string", default: "postgres" },
    instances: { type: "string", default: "1" },
    orders: { type: "string", default: "10000" },
    accounts: { type: "string", default: "100" },
    stored: { type: "string", default: "0" },
  },
});

function toWhole(name: string, text: string, min: number, max: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new Error(`--${name} is ${text}; it takes a whole number from ${min} to ${max}`);
}

const { database } = values;
if (database !== "postgres" && database !== "pglite") {
  throw new Error(`--database is ${database}; it takes postgres or pglite`);
}
const result = await runBench({
  database,
  instances: toWhole("instances", values.instances, 1, 10),
  orders: toWhole("orders", values.orders, 100, 1_000_000),
  accounts: toWhole("accounts", values.accounts, 1, 10_000),
  stored: toWhole("stored", values.stored, 0, 10_000_000),
  onProgress: (text) => console.error(`── ${text}`),
});

const targets: readonly [name: keyof BenchResult, what: string, target: string][] = [
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
  ["peakRssMb", "peak memory, MB", "≤ 300"],
  ["lost", "acknowledged and lost on kill -9", "0"],
  ["executedTwice", "executed twice", "0"],
  ["minedPerSecond", "mined a second", ""],
  ["ackPerSecond", "acknowledged a second", ""],
  ["rawPerSecond", "raw transfers a second", ""],
  ["gasPerOrder", "gas per order", ""],
  ["blockSeconds", "seconds between blocks", ""],
  ["retries", "answers that asked to come again", ""],
];

if (values.json) console.log(JSON.stringify(result));
else {
  for (const [name, what, target] of targets) {
    console.log(`${what.padEnd(42)} ${JSON.stringify(result[name]).padStart(8)}   ${target}`);
  }
}
