/**
 * Runs the test suites, all of them or those named (`npm test -- sdk relayer`), goes on after a failing one, and ends
 * with a line such as `412 passed, 0 failed` over all runners.
 */
import { addCounts, toSummaryLine } from "./testing/counts.ts";
import { runSuite, type SuiteResult } from "./testing/runSuite.ts";
import { suites } from "./testing/suites.ts";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`No such suite: ${unknown.join(", ")}. There are ${suites.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}

const aborter = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    aborter.abort();
    console.error(`\nStopped by ${signal}.`);
    process.exit(130);
  });
}

const results: SuiteResult[] = [];
for (const suite of suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n━━ ${suite.title} (${suite.name})\n`);
  results.push(await runSuite(suite, aborter.signal));
}

console.log("\n━━ Summary\n");
for (const result of results) {
  const fault = result.fault === undefined ? "" : `; the suite ${result.fault}`;
  console.log(`${result.name.padEnd(10)} ${toSummaryLine(result)}${fault} (${result.seconds} s)`);
}
const sum = addCounts(results);
process.exitCode = sum.failed === 0 ? 0 : 1;
console.log(`\n${toSummaryLine(sum)}`);
