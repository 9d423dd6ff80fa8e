import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { endWithUs } from "../test/support/endWithUs.ts";

/** A service that a benchmark measures; `ended` is rejected when it ends. */
type BenchProcess = { pid: number; kill: () => Promise<void>; ended: Promise<never> };

/** @param getLog What it has written, for the error when it ends. */
export function toProcess(child: ChildProcess, name: string, getLog = () => ""): BenchProcess {
  endWithUs(child);
  const exited = once(child, "exit");
  const ended = exited.then((): never => {
    throw new Error(`${name} ended:\n${getLog()}`);
  });
  ended.catch(() => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} has no process`);
  return {
    pid,
    ended,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
