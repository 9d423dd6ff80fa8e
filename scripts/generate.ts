/**
 * Writes what the SDK takes from the contracts (ABIs, addresses and the table of forbidden selectors), and what wallets
 * take from the SDK (ERC-7730 files).
 *
 *   npm run generate            writes sdk/src/generated and docs/erc7730
 *   npm run generate -- --check compares instead, and exits 1 if anything is out of date
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import prettier from "prettier";
import { toFunctionSelector, type Abi } from "viem";
import { createCallsFile, createMessagesFile } from "./erc7730/createClearSigning.ts";
import {
  computeLatchkeyAddresses,
  computePolicyAddresses,
  contractNames,
  type LatchkeyDeployment,
} from "./latchkeyAddresses.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The manager's ABI is its interface's: `SessionManager` answers some of it through its fallback. */
const contracts = [
  ["sessionManagerAbi", "artifacts/contracts/interfaces/ISessionManager.sol/ISessionManager.json"],
  ["scopePolicyAbi", "artifacts/contracts/interfaces/IScopePolicy.sol/IScopePolicy.json"],
  ["sessionAccountAbi", "artifacts/contracts/accounts/SessionAccount.sol/SessionAccount.json"],
  ["sessionAccountFactoryAbi", "artifacts/contracts/accounts/SessionAccountFactory.sol/SessionAccountFactory.json"],
] as const;

async function readAbi(path: string): Promise<Abi> {
  const text = await readFile(`${root}${path}`, "utf8").catch((cause: unknown) => {
    throw new Error(`${path} is missing: run \`npx hardhat compile\` first`, { cause });
  });
  const artifact: unknown = JSON.parse(text);
  if (typeof artifact !== "object" || artifact === null || !("abi" in artifact) || !Array.isArray(artifact.abi)) {
    throw new Error(`${path} has no ABI`);
  }
  return artifact.abi as Abi;
}

/** The policies that come with the manager, and their factories. */
async function listPolicies(): Promise<[name: string, path: string][]> {
  const files = await readdir(`${root}contracts/policies`).catch(() => []);
  return files
    .flatMap((file) => /^(\w+Policy(?:Factory)?)\.sol$/.exec(file)?.[1] ?? [])
    .toSorted()
    .map((contract) => [
      `${contract.charAt(0).toLowerCase()}${contract.slice(1)}Abi`,
      `artifacts/contracts/policies/${contract}.sol/${contract}.json`,
    ]);
}

async function createAbiFile(): Promise<string> {
  const parts = [...contracts, ...(await listPolicies())].map(
    async ([name, path]) => `export const ${name} = ${JSON.stringify(await readAbi(path))} as const;`,
  );
  return (await Promise.all(parts)).join("\n\n");
}

async function createForbiddenSelectorsFile(): Promise<string> {
  const path = "contracts/libraries/ForbiddenSelectors.sol";
  const source = await readFile(`${root}${path}`, "utf8");
  const entries = [...source.matchAll(/\/\/ (\S+\(.*\))\n\s*hex"([0-9a-f]{8})"/g)].map(([, signature, selector]) => {
    if (signature === undefined || selector === undefined) throw new Error(`${path} cannot be read`);
    if (toFunctionSelector(`function ${signature}`) !== `0x${selector}`) {
      throw new Error(`${path}: ${signature} does not have the selector 0x${selector}`);
    }
    return [`0x${selector}`, signature] as const;
  });
  const hexes = [...source.matchAll(/hex"/g)].length;
  if (entries.length === 0 || entries.length !== hexes) {
    throw new Error(`${path}: ${hexes} selectors, of which ${entries.length} could be read`);
  }
  return `/** Selectors no scope may name, on any target, and the functions they belong to. */
export const forbiddenSelectors: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(entries))};`;
}

/** What Ignition recorded for one chain; `undefined` without a finished deployment. */
async function readDeployment(chainId: string): Promise<LatchkeyDeployment | undefined> {
  const path = `${root}ignition/deployments/chain-${chainId}/deployed_addresses.json`;
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const recorded = JSON.parse(text) as Record<string, string>;
  const entries = contractNames.map((name) => {
    const address = recorded[`Latchkey#${name.charAt(0).toUpperCase()}${name.slice(1)}`];
    if (address === undefined) throw new Error(`${path} lacks ${name}`);
    return [name, address];
  });
  return Object.fromEntries(entries) as LatchkeyDeployment;
}

async function readDeployments(): Promise<Record<string, LatchkeyDeployment>> {
  const folders = await readdir(`${root}ignition/deployments`).catch(() => []);
  const chainIds = folders.flatMap((folder) => /^chain-(\d+)$/.exec(folder)?.[1] ?? []);
  const byChain: Record<string, LatchkeyDeployment> = {};
  for (const chainId of chainIds) {
    const deployment = chainId === "31337" ? undefined : await readDeployment(chainId);
    if (deployment) byChain[chainId] = deployment;
  }
  return byChain;
}

async function createAddressesFile(): Promise<string> {
  const byChain: Record<string, LatchkeyDeployment> = {
    31337: await computeLatchkeyAddresses(),
    ...(await readDeployments()),
  };
  return `/** Where Latchkey is deployed, by chain id: by the same code at the same addresses. 31337 is the local stack. */
export const addresses = ${JSON.stringify(byChain)} as const;

/** Where the policy for Uniswap's UniversalRouter and its factory are on every chain that has them. */
export const universalRouterPolicyAddresses = ${JSON.stringify(await computePolicyAddresses())} as const;`;
}

/** Wallets apply an ERC-7730 file to these managers only, so to none before there is a live one. */
async function readManagers(): Promise<{ chainId: number; address: string }[]> {
  const byChain = Object.entries(await readDeployments());
  return byChain.map(([chainId, { sessionManager }]) => ({ chainId: Number(chainId), address: sessionManager }));
}

const sources = [
  ["sdk/src/generated/abi.ts", createAbiFile],
  ["sdk/src/generated/addresses.ts", createAddressesFile],
  ["sdk/src/generated/forbiddenSelectors.ts", createForbiddenSelectorsFile],
] as const;

const files: readonly [path: string, create: () => Promise<string>][] = [
  ...sources.map(([path, create]): [string, () => Promise<string>] => [
    path,
    async () => `// Generated by \`npm run generate\`. Do not edit.\n\n${await create()}\n`,
  ]),
  ["docs/erc7730/eip712-latchkey.json", async () => JSON.stringify(createMessagesFile(await readManagers()))],
  [
    "docs/erc7730/calldata-latchkey.json",
    async () => JSON.stringify(createCallsFile(await readAbi(contracts[0][1]), await readManagers())),
  ],
];

async function generate(check: boolean): Promise<void> {
  const options = await prettier.resolveConfig(`${root}package.json`);
  const outdated: string[] = [];
  for (const [path, create] of files) {
    const wanted = await prettier.format(await create(), { ...options, filepath: path });
    const present = await readFile(`${root}${path}`, "utf8").catch(() => undefined);
    if (present === wanted) continue;
    outdated.push(path);
    if (!check) await writeFile(`${root}${path}`, wanted);
  }
  if (check && outdated.length > 0) {
    console.error(`Out of date: ${outdated.join(", ")}. Run \`npx hardhat compile && npm run generate\` and commit.`);
    process.exitCode = 1;
    return;
  }
  console.log(outdated.length === 0 ? "Everything generated is up to date" : `Wrote ${outdated.join(", ")}`);
}

await generate(process.argv.includes("--check"));
