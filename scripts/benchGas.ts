/**
 * Whole-transaction gas (`receipt.gasUsed`) of Latchkey on a fresh in-process chain: uses are the third of their
 * session, recipients hold the token already.
 *
 *   npm run bench:gas               a table beside the peers' figures; writes docs/benchmarks.md and docs/benchmarks/gas.json
 *   npm run -s bench:gas -- --json  prints only the JSON, and writes nothing
 */
import { buildContracts } from "./bench/buildContracts.ts";
import { writeBenchmarks } from "./bench/writeBenchmarks.ts";
import { toGasReport } from "./gas/toGasReport.ts";

buildContracts();
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
