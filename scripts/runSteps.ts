import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { root } from "./root.ts";

export type Step = { name: string; command: string };

/** `process.env` with the project's own command-line tools, Node 24 among them, found first. */
export function toToolEnv(): NodeJS.ProcessEnv {
  const bin = join(root, "node_modules", ".bin");
  return { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };
}

function run(step: Step): Promise<boolean> {
  console.log(`\n── ${step.name}: ${step.command}`);
  const child = spawn(step.command, {
    cwd: root,
    env: toToolEnv(),
    shell: true,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on("exit", (code) => resolve(code === 0));
  });
}

/** Runs every step, also after one has failed, and exits with 1 if any did. */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  const failed: string[] = [];
  for (const step of steps) {
    if (!(await run(step))) failed.push(step.name);
  }
  console.log(failed.length === 0 ? `\nAll ${steps.length} checks passed.` : `\nFailed: ${failed.join(", ")}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
