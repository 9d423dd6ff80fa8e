import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../root.ts";
import { toToolEnv } from "../runSteps.ts";

const logLinesKept = 20;
const stopTimeoutMs = 8_000;

export type ManagedProcess = {
  name: string;
  pid: number;
  /** The last lines it wrote, oldest first. */
  getLog: () => string[];
  /** Resolves when it has ended; `expected` if it was asked to. */
  exited: Promise<{ reason: string; expected: boolean }>;
  /** Asks it to end, and makes it after 8 s. */
  stop: () => Promise<void>;
  /** Ends it at once, as a crash would. */
  kill: () => Promise<void>;
};

export type ProcessOptions = {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Whether it may end by itself: exit code 0 is then no crash. */
  mayEnd?: boolean;
  /** Told each line it writes. */
  onLine?: (line: string) => void;
};

export type ProcessGroup = {
  start: (options: ProcessOptions) => ManagedProcess;
  /** Ends every process, the last started first. */
  stop: () => Promise<void>;
};

function keepLog(child: ChildProcess, path: string, onLine: (line: string) => void): string[] {
  const lines: string[] = [];
  const file = createWriteStream(path, { flags: "a" });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      file.write(text);
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      for (const line of parts) onLine(line);
      lines.splice(0, Math.max(0, lines.length - logLinesKept));
    });
  }
  child.on("close", () => file.end());
  return lines;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/**
 * Starts child processes, each in a process group of its own, so that Ctrl-C reaches this process alone and it can end
 * them in order. Should this process die without doing so, a watchdog ends them.
 */
export function createProcessGroup(options: {
  logFolder: string;
  onCrash: (crashed: ManagedProcess, reason: string) => void;
}): ProcessGroup {
  const running: ManagedProcess[] = [];
  const watchdog = spawn("node", [join(root, "scripts/stack/watchdog.mjs")], {
    detached: true,
    env: toToolEnv(),
    stdio: ["pipe", "ignore", "inherit"],
  });
  watchdog.stdin.on("error", () => {});
  watchdog.unref();

  const start = ({
    name,
    command,
    args,
    env = {},
    mayEnd = false,
    onLine = () => {},
  }: ProcessOptions): ManagedProcess => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...toToolEnv(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const log = keepLog(child, join(options.logFolder, `${name.replaceAll(" ", "-")}.log`), onLine);
    const pid = child.pid ?? 0;
    if (pid > 0) watchdog.stdin.write(`+${pid}\n`);
    let isExpected = false;
    const exited = new Promise<{ reason: string; expected: boolean }>((resolve) => {
      const finish = (reason: string) => {
        if (pid > 0) watchdog.stdin.write(`-${pid}\n`);
        resolve({ reason, expected: isExpected });
      };
      child.on("error", (error) => finish(error.message));
      child.on("close", (code, signal) => {
        if (mayEnd && code === 0) isExpected = true;
        finish(code === null ? `killed by ${signal}` : `exit code ${code}`);
      });
    });
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      isExpected = true;
      if (pid === 0) return;
      signalGroup(pid, signal);
      const timer = new AbortController();
      const isEnded = await Promise.race([
        exited.then(() => true),
        sleep(stopTimeoutMs, false, { signal: timer.signal }).catch(() => true),
      ]);
      timer.abort();
      if (!isEnded) signalGroup(pid, "SIGKILL");
      await exited;
    };
    const managed: ManagedProcess = {
      name,
      pid,
      getLog: () => [...log],
      exited,
      stop: () => end("SIGTERM"),
      kill: () => end("SIGKILL"),
    };
    running.push(managed);
    void exited.then(({ reason, expected }) => {
      running.splice(running.indexOf(managed), 1);
      if (!expected) options.onCrash(managed, reason);
    });
    return managed;
  };

  const stop = async (): Promise<void> => {
    for (const managed of running.toReversed()) await managed.stop();
    watchdog.stdin.end();
  };
  return { start, stop };
}
