/**
 * Whole-transaction gas (`receipt.gasUsed`) of Latchkey on a fresh in-process chain: uses are the third of their
 * session, recipients hold the token already.
 *
 *   npm run bench:gas               a table beside the peers' figures; writes docs/benchmarks.md and docs/benchmarks/gas.json
 *   npm run -s bench:gas -- --json  prints only the JSON, and writes nothing
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { toGasReport } from "./gas/toGasReport.ts";
import { writeBenchmarks } from "./gas/writeBenchmarks.ts";
import { root } from "./root.ts";

// Compilers have things to say, which are not JSON: all of it goes to the standard error.
const hardhat = join(root, "node_modules/.bin/hardhat");
execFileSync(process.execPath, [hardhat, "build", "--no-tests", "--quiet"], { cwd: root, stdio: ["ignore", 2, 2] });
// Only now: what it imports reads artifacts when it is loaded.
const { measureGas } = await import("./gas/measureGas.ts");
const results = await measureGas();
const json = JSON.stringify(results);
if (process.argv.includes("--json")) {
  console.log(json);
} else {
  const report = toGasReport(results);
  await writeBenchmarks({ part: "gas", markdown: report, json });
  console.log(report);
}
