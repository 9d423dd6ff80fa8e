import { spawn } from "node:child_process";
import { toToolEnv } from "../runSteps.ts";

export type HardhatRun = { exit: number | undefined; output: string };

/**
 * Runs Hardhat in `cwd`, in a process group of its own that is killed after `timeoutMs`; `exit` is then undefined.
 *
 * @param depth How much tests draw at random: `LATCHKEY_DEPTH` of hardhat.config.ts.
 */
export function runHardhat(
  args: readonly string[],
  { cwd, timeoutMs, depth = 1 }: { cwd: string; timeoutMs: number; depth?: number },
): Promise<HardhatRun> {
  const env = { ...toToolEnv(), LATCHKEY_DEPTH: String(depth) };
  const child = spawn("hardhat", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.stderr.on("data", (part: Buffer) => parts.push(part));
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      // It may have just ended.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  };
  process.once("exit", kill);
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    kill();
  }, timeoutMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      process.off("exit", kill);
      resolve({ exit: isTimedOut ? undefined : (code ?? undefined), output: Buffer.concat(parts).toString() });
    });
  });
}
