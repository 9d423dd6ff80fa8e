import { spawn } from "node:child_process";
import { root } from "../../../scripts/root.ts";
import type { RelayerEnv } from "./runRelayer.ts";
import { toCompiledEnv } from "./shareFolder.ts";

/** Runs `latchkey-relayer` as operators do. */
export async function runCli(
  args: readonly string[],
  env: RelayerEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--conditions=latchkey-source", "relayer/src/cli.ts", ...args], {
    cwd: root,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...toCompiledEnv(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, ...texts };
}
