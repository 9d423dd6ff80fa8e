import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { concatHex, pad, type Address, type Hex } from "viem";
import { toCreate2Address } from "../ignition/create2.ts";
import { root } from "./root.ts";

/** By its name in the Ignition module: its artifact, and which earlier ones its constructor takes. */
type Contracts = Readonly<Record<string, readonly [artifact: string, needs: readonly string[]]>>;

const contracts = {
  sessionControl: ["SessionControl.sol/SessionControl", []],
  sessionGrants: ["SessionGrants.sol/SessionGrants", []],
  sessionManager: ["SessionManager.sol/SessionManager", ["sessionGrants", "sessionControl"]],
  sessionAccount: ["accounts/SessionAccount.sol/SessionAccount", ["sessionManager"]],
  sessionAccountFactory: ["accounts/SessionAccountFactory.sol/SessionAccountFactory", ["sessionAccount"]],
} as const satisfies Contracts;

const policies = {
  universalRouterPolicy: ["policies/UniversalRouterPolicy.sol/UniversalRouterPolicy", []],
  universalRouterPolicyFactory: [
    "policies/UniversalRouterPolicyFactory.sol/UniversalRouterPolicyFactory",
    ["universalRouterPolicy"],
  ],
} as const satisfies Contracts;

export type LatchkeyDeployment = Record<keyof typeof contracts, Address>;

export const contractNames = Object.keys(contracts) as (keyof typeof contracts)[];

/** Where the contracts are as they are compiled now, on every chain they are deployed to. Compile first. */
export async function computeLatchkeyAddresses(): Promise<LatchkeyDeployment> {
  return computeAddresses(contracts);
}

/** As `computeLatchkeyAddresses`, of the policy for Uniswap's UniversalRouter and its factory. */
export async function computePolicyAddresses(): Promise<Record<keyof typeof policies, Address>> {
  return computeAddresses(policies);
}

async function computeAddresses<name extends string>(
  table: Readonly<Record<name, Contracts[string]>>,
): Promise<Record<name, Address>> {
  const found = new Map<string, Address>();
  for (const [name, [path, needs]] of Object.entries<Contracts[string]>(table)) {
    const args = needs.map((need) => {
      const address = found.get(need);
      if (address === undefined) throw new Error(`${name} is listed before ${need}, which it needs`);
      return pad(address);
    });
    found.set(name, toCreate2Address(concatHex([await readBytecode(path), ...args])));
  }
  return Object.fromEntries(found) as Record<name, Address>;
}

async function readBytecode(path: string): Promise<Hex> {
  const file = `artifacts/contracts/${path}.json`;
  const text = await readFile(join(root, file), "utf8").catch((cause: unknown) => {
    throw new Error(`${file} is missing: run \`npx hardhat build\` first`, { cause });
  });
  const { bytecode } = JSON.parse(text) as { bytecode: Hex };
  return bytecode;
}
