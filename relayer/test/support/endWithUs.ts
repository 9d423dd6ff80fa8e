import type { ChildProcess } from "node:child_process";

/**
 * Has `child` ended when this process exits before it; a child that only starts another one by SIGTERM, which it passes on.
 */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
  const end = (): void => {
    child.kill(signal);
  };
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
}
