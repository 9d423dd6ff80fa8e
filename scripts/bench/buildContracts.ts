import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../root.ts";

/** Compilers have things to say, which are not results: all of it goes to the standard error. */
export function buildContracts(): void {
  const hardhat = join(root, "node_modules/.bin/hardhat");
  execFileSync(process.execPath, [hardhat, "build", "--no-tests", "--quiet"], { cwd: root, stdio: ["ignore", 2, 2] });
}
