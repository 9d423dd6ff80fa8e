import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const modulePaths = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
];

/** The PKCS#11 module of SoftHSM2, a software token, if it and its command are on this machine. */
export function findSoftHsm(): string | undefined {
  if (spawnSync("softhsm2-util", ["--version"]).status !== 0) return undefined;
  return modulePaths.find(existsSync);
}
