import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/root.ts";

/** What is compared with, and the contracts it is for. Only here: Alto is under the GPL, and large. */
const packages = { "@pimlico/alto": "0.0.20", "@account-abstraction/contracts": "0.7.0" } as const;

export type Installed = {
  /** Alto's command line. */
  cli: string;
  /** Compiled contracts of ERC-4337, one JSON file each. */
  artifacts: string;
};

/** Installs Alto where nothing else sees it, unless it is there. */
export function installAlto(onProgress: (text: string) => void): Installed {
  const folder = join(root, "node_modules/.cache/latchkey-alto");
  const modules = join(folder, "node_modules");
  const installed = {
    cli: join(modules, "@pimlico/alto/esm/cli/alto.js"),
    artifacts: join(modules, "@account-abstraction/contracts/artifacts"),
  };
  if (existsSync(installed.cli) && existsSync(installed.artifacts)) return installed;
  onProgress("installing Alto, 380 MB, once");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: packages }));
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`Alto could not be installed into ${folder}: npm says why above`);
  return installed;
}
