import { spawn } from "node:child_process";
import { dirname } from "node:path";
import type { Hex } from "viem";
import { findFreePort } from "../../../scripts/stack/ports.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";
import { toProcess } from "../toProcess.ts";

export type AltoProcess = { url: string; pid: number; kill: () => Promise<void> };

type Options = { cli: string; rpcUrl: string; entryPoint: string; executorKeys: readonly Hex[]; utilityKey: Hex };

/**
 * What Alto is told beside where its chain is, so that nothing that is only a setting holds it back in this run. All else is
 * its default: it bundles by itself, and keeps everything in memory.
 */
const settings: Record<string, string> = {
  // Safe mode traces each operation in JavaScript, which anvil cannot.
  "safe-mode": "false",
  // It polls every quarter of this: each 100 ms, as the relayer does in its bench.
  "block-time": "400",
  "max-block-wait-count": "5",
  // Gas prices once a second instead of for every bundle.
  "gas-price-refresh-interval": "1",
  // By default it takes no second operation of an account while one waits, and puts only one of each into a bundle.
  "mempool-max-parallel-ops": "1000",
  "mempool-max-queued-ops": "1000",
  "enforce-unique-senders-per-bundle": "false",
  // It goes through all that waits for every so many operations of a bundle.
  "mempool-pop-batch-size": "100",
  // By the limits of its operations. A block takes transactions as long as the limit of the next fits, so that greater
  // bundles would leave more of it empty; ten wallets with one bundle each fill it with these.
  "max-gas-per-bundle": "4800000",
  // By default it may pause for a second between bundles.
  "max-bundle-interval": "250",
  // The wallets have enough.
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
  const child = spawn(process.execPath, [cli, "run", ...args], {
    // It would read a `.env` of the folder it starts in.
    cwd: dirname(cli),
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-20_000);
    });
  }
  const { pid, kill, ended } = toProcess(child, "Alto", () => log);
  const url = `http://127.0.0.1:${port}`;
  await waitUntil({
    what: `Alto at ${url}`,
    timeoutMs: 120_000,
    until: ended,
    probe: async () => ((await fetch(`${url}/health`)).ok ? true : undefined),
  });
  return { url, pid, kill };
}
