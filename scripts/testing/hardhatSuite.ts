/**
 * Runs one of Hardhat's test runners and writes what it counted as JSON:
 *
 *   node scripts/testing/hardhatSuite.ts solidity <report.json>
 *   node scripts/testing/hardhatSuite.ts mocha <report.json> <file…>
 */
import { writeFileSync } from "node:fs";
import hre from "hardhat";
import Mocha from "mocha";
import type { Counts } from "./counts.ts";

const [runner, reportPath, ...testFiles] = process.argv.slice(2);
if (reportPath === undefined) throw new Error("No report file named");

function writeReport(counts: Counts): void {
  writeFileSync(String(reportPath), JSON.stringify(counts));
}

/** Mocha's usual output, and the counts in a file: Hardhat's own summary takes pending tests for passed ones. */
class ReportingSpec extends Mocha.reporters.Spec {
  constructor(mochaRunner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(mochaRunner, options);
    mochaRunner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      writeReport({ passed: passes, failed: failures, skipped: pending });
    });
  }
}

type SolidityRun = { suiteResults: { testResults: { status: "Success" | "Failure" | "Skipped" }[] }[] };

async function runSolidity(): Promise<boolean> {
  const result = (await hre.tasks.getTask(["test", "solidity"]).run()) as {
    success: boolean;
    value?: SolidityRun;
    error?: SolidityRun;
  };
  const run = result.value ?? result.error;
  if (!run) throw new Error("Hardhat gave no results of its Solidity tests");
  // Its own summary comes out as zeros.
  const statuses = run.suiteResults.flatMap(({ testResults }) => testResults.map(({ status }) => status));
  const count = (wanted: string) => statuses.filter((status) => status === wanted).length;
  writeReport({ passed: count("Success"), failed: count("Failure"), skipped: count("Skipped") });
  return result.success;
}

async function runMocha(): Promise<boolean> {
  Object.assign(hre.config.test.mocha, { reporter: ReportingSpec });
  await hre.tasks.getTask("build").run({ noTests: true, quiet: true });
  const result = (await hre.tasks.getTask(["test", "mocha"]).run({ testFiles, noCompile: true })) as {
    success: boolean;
  };
  return result.success;
}

const isSuccess = runner === "solidity" ? await runSolidity() : await runMocha();
// Whatever a test left open must not keep the run from ending.
process.exit(isSuccess ? 0 : 1);
