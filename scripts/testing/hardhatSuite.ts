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

async function runSolidity(): Promise<boolean> {
  const result = (await hre.tasks.getTask(["test", "solidity"]).run()) as {
    success: boolean;
    value?: { summary: Counts };
    error?: { summary: Counts };
  };
  const summary = result.value?.summary ?? result.error?.summary;
  if (!summary) throw new Error("Hardhat gave no summary of its Solidity tests");
  writeReport({ passed: summary.passed, failed: summary.failed, skipped: summary.skipped });
  return result.success;
}

async function runMocha(): Promise<boolean> {
  Object.assign(hre.config.test.mocha, { reporter: ReportingSpec });
  const result = (await hre.tasks.getTask(["test", "mocha"]).run({ testFiles })) as { success: boolean };
  return result.success;
}

const isSuccess = runner === "solidity" ? await runSolidity() : await runMocha();
// Whatever a test left open must not keep the run from ending.
process.exit(isSuccess ? 0 : 1);
