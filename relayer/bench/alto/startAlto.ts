import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Hex } from "viem";
import { findFreePort } from "../../../scripts/stack/ports.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";

export type AltoProcess = { url: string; pid: number; kill: () => Promise<void> };

type Options = { cli: string; rpcUrl: string; entryPoint: string; executorKeys: readonly Hex[]; utilityKey: Hex };

/**
 * What Alto is told beside where its chain is. Its defaults are kept but where they would hold it back in this run: it takes
 * ten operations of a sender at a time and one of a sender into a bundle, where there are 100 senders; takes ten operations
 * from its pool at a time; and traces every operation, which anvil's 1-second blocks leave no time for.
 */
const settings: Record<string, string> = {
  "safe-mode": "false",
  "mempool-max-parallel-ops": "1000",
  "mempool-max-queued-ops": "1000",
  "mempool-pop-batch-size": "200",
  "enforce-unique-senders-per-bundle": "false",
  "max-gas-per-bundle": "12000000",
  "min-bundle-interval": "100",
  "max-bundle-interval": "1000",
  "block-time": "1000",
  "refilling-wallets": "false",
  "utility-wallet-monitor": "false",
  "log-level": "error",
};

/** Starts Alto in memory, with its own contracts for simulation, and waits until it takes operations. */
export async function startAlto({ cli, rpcUrl, entryPoint, executorKeys, utilityKey }: Options): Promise<AltoProcess> {
  const port = await findFreePort(0);
  const all: Record<string, string> = {
    port: String(port),
    "rpc-url": rpcUrl,
    entrypoints: entryPoint,
    "executor-private-keys": executorKeys.join(","),
    "utility-private-key": utilityKey,
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(process.execPath, [cli, "run", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-20_000);
    });
  }
  const exited = once(child, "exit");
  const killIfAlive = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", killIfAlive);
  const { pid } = child;
  if (pid === undefined) throw new Error("Alto has no process");
  const url = `http://127.0.0.1:${port}`;
  const ended = exited.then((): never => {
    throw new Error(`Alto ended:\n${log}`);
  });
  ended.catch(() => undefined);
  await waitUntil({
    what: `Alto at ${url}`,
    timeoutMs: 120_000,
    until: ended,
    probe: async () => ((await fetch(`${url}/health`)).ok ? true : undefined),
  });
  return {
    url,
    pid,
    async kill() {
      child.kill("SIGKILL");
      await exited;
      process.off("exit", killIfAlive);
    },
  };
}
