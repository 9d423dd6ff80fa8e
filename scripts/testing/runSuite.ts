import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../root.ts";
import { toToolEnv } from "../runSteps.ts";
import type { Counts } from "./counts.ts";
import type { Suite } from "./suites.ts";

export type SuiteResult = Counts & { name: string; seconds: number; fault: string | undefined };

/** What Vitest's JSON reporter and `hardhatSuite.ts` write. */
type VitestReport = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numTodoTests: number };

function readReport(path: string): Counts | undefined {
  if (!existsSync(path)) return undefined;
  const report = JSON.parse(readFileSync(path, "utf8")) as Counts | VitestReport;
  if ("passed" in report) return report;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function findFault(counts: Counts | undefined, exit: string, timedOut: boolean): string | undefined {
  if (timedOut) return "ran out of time";
  if (!counts) return `ended (${exit}) without a report`;
  if (counts.passed + counts.failed === 0) return "ran no tests";
  if (exit !== "0" && counts.failed === 0) return `ended with ${exit} though no test failed`;
  return undefined;
}

/** Runs one suite in a process group of its own, which ends with it whatever the suite left running. */
export async function runSuite(suite: Suite, signal: AbortSignal): Promise<SuiteResult> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
  const reportPath = join(folder, "report.json");
  const startedAt = Date.now();
  let timedOut = false;
  const [command, ...args] = suite.toCommand(reportPath);
  const child = spawn(command, args, {
    cwd: root,
    env: toToolEnv(),
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, suite.timeoutMs);
  signal.addEventListener("abort", kill);
  const exit = await new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, killedBy) => resolve(String(code ?? killedBy)));
  });
  clearTimeout(timer);
  signal.removeEventListener("abort", kill);
  kill();
  const counts = readReport(reportPath);
  rmSync(folder, { recursive: true, force: true });
  const fault = findFault(counts, exit, timedOut);
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  return { name: suite.name, passed, failed: failed + (fault === undefined ? 0 : 1), skipped, seconds, fault };
}
