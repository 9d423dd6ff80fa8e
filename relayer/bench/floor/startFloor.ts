import { spawn } from "node:child_process";
import { root } from "../../../scripts/root.ts";
import { findFreePort } from "../../../scripts/stack/ports.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";
import { toProcess } from "../toProcess.ts";
import type { FloorConfig } from "./floorConfig.ts";

export type FloorProcess = { url: string; pid: number; kill: () => Promise<void> };

/** Starts the floor's server and waits until it answers. */
export async function startFloor(given: Omit<FloorConfig, "port">): Promise<FloorProcess> {
  const port = await findFreePort(0);
  const config: FloorConfig = { ...given, port };
  const child = spawn(process.execPath, ["--conditions=latchkey-source", "relayer/bench/floor/floorServer.ts"], {
    cwd: root,
    env: { PATH: process.env["PATH"], FLOOR: JSON.stringify(config) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const { pid, kill, ended } = toProcess(child, "The floor's server");
  const url = `http://127.0.0.1:${port}`;
  await waitUntil({
    what: `the floor's server at ${url}`,
    timeoutMs: 30_000,
    until: ended,
    // It answers, though not to this.
    probe: () => fetch(url).then(() => true),
  });
  return { url, pid, kill };
}
