import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../root.ts";

/** What Hardhat needs to compile and test the contracts. */
const parts = [
  "contracts",
  "test/contracts",
  "scripts",
  "ignition",
  "hardhat.config.ts",
  "package.json",
  "tsconfig.json",
];

/**
 * Copies the contracts and their tests into a temporary folder, where a script may change them. It goes with the process.
 *
 * @returns The folder.
 */
export function createContractsCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-contracts-"));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  cpSync(join(root, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  return folder;
}
