import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

const installTimeoutMs = 5 * 60_000;

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether packages can be installed here: as root, on a Linux that has apt. */
export function isAptAvailable(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && isExecutable("/usr/bin/apt-get");
}

/** Installs Debian packages by name. Throws if apt cannot. */
export function installWithApt(...packages: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = (...args: readonly string[]) =>
    execFileSync("apt-get", args, { env, stdio: ["ignore", "inherit", "inherit"], timeout: installTimeoutMs });
  run("update", "-qq");
  run("install", "-y", "-qq", "--no-install-recommends", ...packages);
}
