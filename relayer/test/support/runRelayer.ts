import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../../scripts/root.ts";
import { findFreePort } from "../../../scripts/stack/ports.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";
import { endWithUs } from "./endWithUs.ts";
import { toCompiledEnv } from "./shareFolder.ts";

export type RelayerEnv = Record<string, string>;

export type RelayerProcess = {
  url: string;
  pid: number;
  /** Everything it has written. */
  getLog: () => string;
  /** Asks it to end; its exit code. */
  stop: () => Promise<number | null>;
  /** Ends it as a power cut of the process would: no handler of its own runs. */
  kill: () => Promise<void>;
};

const stopTimeoutMs = 20_000;

/** As the guide starts it: without a bound, V8 lets garbage pile up to gigabytes before it looks. */
const nodeOptions = ["--max-semi-space-size=32", "--heap-growing-percent=100", "--conditions=latchkey-source"];

function launch(env: RelayerEnv, heapMb = 192) {
  const args = [`--max-old-space-size=${heapMb}`, ...nodeOptions, "relayer/src/main.ts"];
  const child = spawn(process.execPath, args, {
    cwd: root,
    // Nothing of the tester's own environment configures the relayer.
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...toCompiledEnv(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithUs(child);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once("close", (code) => resolve(code));
  });
  return { child, exited, getLog: () => log };
}

/** Starts a relayer as operators do and waits until it takes orders. */
export async function startRelayer(
  env: RelayerEnv,
  {
    isReady = (status) => status === 200,
    heapMb,
  }: { isReady?: (status: number) => boolean; heapMb?: number | undefined } = {},
): Promise<RelayerProcess> {
  const port = await findFreePort(0);
  const { child, exited, getLog } = launch({ HOST: "127.0.0.1", PORT: String(port), ...env }, heapMb);
  const url = `http://127.0.0.1:${port}`;
  const ended = exited.then((code): never => {
    throw new Error(`The relayer ended with ${code}:\n${getLog()}`);
  });
  ended.catch(() => undefined);
  const probe = async (): Promise<true | undefined> =>
    isReady((await fetch(`${url}/readyz`)).status) ? true : undefined;
  try {
    await waitUntil({
      what: `the relayer at ${url}`,
      probe,
      timeoutMs: 90_000,
      intervalMs: 100,
      until: ended,
    });
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  const { pid } = child;
  if (pid === undefined) throw new Error("The relayer has no process");
  return {
    url,
    pid,
    getLog,
    async stop() {
      child.kill("SIGTERM");
      const timer = new AbortController();
      const code = await Promise.race([exited, sleep(stopTimeoutMs, "late" as const, { signal: timer.signal })]);
      timer.abort();
      if (code !== "late") return code;
      child.kill("SIGKILL");
      throw new Error(`The relayer did not stop:\n${getLog()}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Runs a relayer that cannot start, until it ends. */
export async function runToEnd(env: RelayerEnv): Promise<{ code: number | null; log: string }> {
  const { child, exited, getLog } = launch(env);
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const code = await exited;
  clearTimeout(timer);
  return { code, log: getLog() };
}
