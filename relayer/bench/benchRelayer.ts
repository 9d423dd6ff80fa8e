/**
 * How fast the relayer takes orders and gets them mined, on a chain, a database and relayers of its own on this machine.
 *
 *   npm run bench:relayer               a table
 *   npm run -s bench:relayer -- --json  only the JSON
 *   npm run bench:relayer -- --all      on Postgres and PGlite, with 1 and 3 instances, how cost grows, and Alto beside it;
 *                                       writes docs/benchmarks.md and docs/benchmarks/relayer.json; three quarters of an hour
 *
 * Beside each run goes its floor: the same orders, to a server that only runs them in a shared `eth_call` and stores them.
 *
 * Options of one run: --database postgres|pglite (default postgres), --instances <n> (1), --orders <n> (10000), --accounts
 * <n> (100) with a live session each, --stored <n> (0) orders of long ago in the database.
 */
import { parseArgs } from "node:util";
import { buildContracts } from "../../scripts/bench/buildContracts.ts";
import { writeBenchmarks } from "../../scripts/bench/writeBenchmarks.ts";
import { installAlto } from "./alto/installAlto.ts";
import { runAltoBench } from "./alto/runAltoBench.ts";
import { runFloorBench, type FloorResult } from "./floor/runFloorBench.ts";
import { exitOnSignal } from "./exitOnSignal.ts";
import { hasPostgres } from "../test/support/startPostgres.ts";
import { toWhole } from "./toWhole.ts";
import { runBench, type BenchOptions, type BenchResult } from "./runBench.ts";
import { figures, toFloorCell, toRelayerReport, type NamedResult } from "./toRelayerReport.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    database: { type: "string", default: "postgres" },
    instances: { type: "string", default: "1" },
    orders: { type: "string", default: "10000" },
    accounts: { type: "string", default: "100" },
    stored: { type: "string", default: "0" },
  },
});

const { database } = values;
if (database !== "postgres" && database !== "pglite") {
  throw new Error(`--database is ${database}; it takes postgres or pglite`);
}
const given: BenchOptions = {
  database,
  instances: toWhole("instances", values.instances, 1, 10),
  orders: toWhole("orders", values.orders, 100, 1_000_000),
  accounts: toWhole("accounts", values.accounts, 1, 10_000),
  stored: toWhole("stored", values.stored, 0, 10_000_000),
  onProgress: (text) => console.error(`── ${text}`),
};

async function run(name: string, changes: Partial<BenchOptions>): Promise<NamedResult> {
  console.error(`\n${name}`);
  const result = await runBench({ ...given, ...changes });
  // What comes after it may fail.
  console.error(JSON.stringify(result));
  return { name, result };
}

/** Nothing where there is no Postgres, on which it is. */
async function runFloor(): Promise<FloorResult | undefined> {
  const { orders, accounts, onProgress } = given;
  if (hasPostgres) return runFloorBench({ orders, accounts, onProgress });
  onProgress("no floor: there is no Postgres on this machine");
  return undefined;
}

async function runAll(): Promise<void> {
  const first = await run("Postgres", {});
  // At once, while the machine is as it was.
  console.error("\nAlto");
  const { orders, accounts, onProgress } = given;
  const alto = await runAltoBench(installAlto(onProgress), { orders, accounts, onProgress });
  console.error(JSON.stringify(alto));
  const floor = await runFloor();
  const runs = [
    first,
    await run("Postgres, 3 instances", { instances: 3 }),
    await run("PGlite", { database: "pglite" }),
  ];
  const { result } = first;
  const few = given.orders / 5;
  // Of fewer sessions there is not enough to send: each has 64 nonces to be in flight.
  const fewSessions = await run("10", { accounts: 10, orders: few });
  const stored = [
    { name: "none", result },
    await run("10,000", { stored: 10_000 }),
    await run("1,000,000", { stored: 1_000_000 }),
  ];
  const sessions = [
    fewSessions,
    { name: "100", result },
    await run("1,000", { accounts: 1_000 }),
    await run("10,000", { accounts: 10_000 }),
  ];
  const markdown = toRelayerReport({ runs, floor, alto, sessions, stored });
  await writeBenchmarks({ part: "relayer", markdown, json: JSON.stringify({ runs, floor, alto, sessions, stored }) });
  console.log(markdown);
}

function print(result: BenchResult, floor: FloorResult | undefined): void {
  console.log(`${"".padEnd(42)} ${"relayer".padStart(8)} ${"floor".padStart(8)}   target`);
  for (const [name, what, target] of figures) {
    const value = result[name].toLocaleString("en").padStart(8);
    console.log(`${what.padEnd(42)} ${value} ${toFloorCell(name, floor).padStart(8)}   ${target}`);
  }
  const { nodeP50Ms, nodeP95Ms, nodeP99Ms } = result;
  console.log(
    `\nThe node's own answers at 300 a second take ${nodeP50Ms} / ${nodeP95Ms} / ${nodeP99Ms} ms (p50 / p95 / p99).`,
  );
  console.log("\nMean milliseconds in each layer of admission:");
  for (const [stage, ms] of Object.entries(result.stageMs)) console.log(`  ${stage.padEnd(40)} ${ms}`);
}

exitOnSignal();
buildContracts();
if (values.all) await runAll();
else {
  const result = await runBench(given);
  const floor = await runFloor();
  if (values.json) console.log(JSON.stringify({ ...result, floor }));
  else print(result, floor);
}
