/**
 * Prints line and branch coverage of the contracts by their Solidity tests, and every line that no test runs:
 *
 *   npm run coverage:contracts [-- <test file…>]
 *
 * Fails below `minimum` percent, or if a test fails that does not measure gas. A copy of the contracts is instrumented (see
 * `probes/instrument.ts`) and run by Hardhat, which collects the hits.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hitLibrary, hitLibraryName } from "./probes/hitLibrary.ts";
import { instrument, type Probe } from "./probes/instrument.ts";
import { printCoverage } from "./probes/printCoverage.ts";
import { readHits } from "./probes/readHits.ts";
import { createContractsCopy } from "./testing/createContractsCopy.ts";
import { findFailures } from "./testing/findFailures.ts";
import { runHardhat } from "./testing/runHardhat.ts";

const minimum = 98;
const minute = 60_000;
/**
 * These measure gas, or come near what they sign, and probes spend gas as well: they may fail, and what they run still counts.
 */
const gasTests = [
  "test/contracts/gas/",
  "test/contracts/SessionManager/executePermit2.t.sol",
  "test/contracts/hazards/GasStarvation.t.sol",
  "test/contracts/hazards/HostileAccounts.t.sol",
];
/** Interfaces have no code, and the hostile contracts are tools of the tests. */
const skipped = ["contracts/interfaces/", "contracts/test/"];

const folder = createContractsCopy();
const probes: Probe[] = [];
const library = `contracts/${hitLibraryName}.sol`;
for (const file of globSync("contracts/**/*.sol", { cwd: folder }).toSorted()) {
  if (skipped.some((prefix) => file.startsWith(prefix))) continue;
  const path = join(folder, file);
  const result = instrument(file, folder, readFileSync(path, "utf8"), probes.length + 1, library);
  probes.push(...result.probes);
  writeFileSync(path, result.source);
}
writeFileSync(join(folder, library), hitLibrary);
console.log(`${probes.length} probes. Compiling…`);

const build = await runHardhat(["build", "--no-tests", "--coverage"], { cwd: folder, timeoutMs: 30 * minute });
if (build.exit !== 0) throw new Error(`The instrumented contracts do not compile:\n${build.output}`);
console.log("Running the tests…");
const tests = process.argv.slice(2);
const run = await runHardhat(["test", "solidity", "--coverage", ...tests], {
  cwd: folder,
  timeoutMs: 30 * minute,
  depth: 0.05,
});
const failures = findFailures(run.output);
if (run.exit !== 0 && failures.length === 0) throw new Error(`The tests did not run:\n${run.output}`);
const isEnough = printCoverage(probes, readHits(folder), minimum);
const faults = failures.filter(({ file }) => !gasTests.some((name) => file.startsWith(name)));
console.log(`${failures.length - faults.length} tests that measure gas failed, as probes spend gas too.`);
for (const { file, name } of faults) console.log(`Failed when instrumented: ${name} in ${file}`);
process.exitCode = isEnough && faults.length === 0 ? 0 : 1;
