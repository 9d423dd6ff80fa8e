import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** The contracts that tests deploy and whose bytecode holds everything under test. */
const deployed = [
  "contracts/SessionManager.sol",
  "contracts/SessionGrants.sol",
  "contracts/SessionControl.sol",
  "contracts/accounts/SessionAccount.sol",
  "contracts/accounts/SessionAccountFactory.sol",
  "contracts/policies/UniversalRouterPolicy.sol",
  "contracts/policies/UniversalRouterPolicyFactory.sol",
];

function doesReach(from: string, to: string, folder: string, seen: Set<string>): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  const imports = [...readFileSync(join(folder, from), "utf8").matchAll(/from "(\.[^"]+)"/g)];
  return imports.some(([, path]) => doesReach(posix.join(posix.dirname(from), path ?? ""), to, folder, seen));
}

/** @returns The deployed contracts that import `file`, directly or not. */
export function findAffected(file: string, folder: string): string[] {
  return deployed.filter((contract) => doesReach(contract, file, folder, new Set()));
}
