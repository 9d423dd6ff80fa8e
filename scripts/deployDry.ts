/**
 * Deploys everything, as it would be deployed to live chains, to local ones with their chain ids, and fails unless all
 * contracts have the addresses that are expected everywhere, and answer:
 *
 *   npm run deploy:dry
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import hre from "hardhat";
import { createPublicClient, createTestClient, http, type Hex } from "viem";
import { sessionManagerAbi } from "@latchkey/sdk";
import { createX } from "../ignition/create2.ts";
import latchkeyModule from "../ignition/modules/Latchkey.ts";
import swapPolicyModule from "../ignition/modules/SwapPolicy.ts";
import { deployModule } from "./deployModule.ts";
import { computeLatchkeyAddresses, type LatchkeyDeployment } from "./latchkeyAddresses.ts";
import { root } from "./root.ts";
import { createDemoAccounts } from "./stack/demoAccounts.ts";
import { findFreePort } from "./stack/ports.ts";
import { createProcessGroup } from "./stack/processes.ts";
import { waitUntil } from "./stack/waitUntil.ts";

const live = [
  { name: "sepolia", chainId: 11_155_111 },
  { name: "baseSepolia", chainId: 84_532 },
] as const;

await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
const expected = await computeLatchkeyAddresses();
const { privateKey } = createDemoAccounts().deployer;
const logFolder = mkdtempSync(join(tmpdir(), "latchkey-deploy-"));
const processes = createProcessGroup({
  logFolder,
  onCrash: ({ name }, reason) => console.error(`${name} ended by itself: ${reason}`),
});

async function startChain(name: string, chainId: number): Promise<string> {
  const port = await findFreePort(0);
  const rpcUrl = `http://127.0.0.1:${port}`;
  const args = ["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(chainId)];
  processes.start({ name, command: "anvil", args });
  const client = createPublicClient({ transport: http(rpcUrl) });
  await waitUntil({ what: `${name} at ${rpcUrl}`, probe: async () => client.getChainId(), timeoutMs: 20_000 });
  return rpcUrl;
}

async function deployLatchkey(rpcUrl: string): Promise<void> {
  const found = await deployModule({ module: latchkeyModule, rpcUrl, privateKey });
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(`Deployed to ${JSON.stringify(found)}, but expected ${JSON.stringify(expected)}`);
  }
}

/** CreateX as Ignition deploys it where nobody has: only on chain 31337. */
async function readCreateX(rpcUrl: string): Promise<Hex> {
  const code = await createPublicClient({ transport: http(rpcUrl) }).getCode({ address: createX });
  if (code === undefined) throw new Error(`There is no CreateX at ${createX}`);
  return code;
}

async function checkManager(rpcUrl: string, { sessionManager }: LatchkeyDeployment, chainId: number): Promise<void> {
  const client = createPublicClient({ transport: http(rpcUrl) });
  const request = { address: sessionManager, abi: sessionManagerAbi, functionName: "eip712Domain" } as const;
  const [, name, version, domainChainId, verifyingContract] = await client.readContract(request);
  const domain = { name, version, chainId: Number(domainChainId), verifyingContract };
  const wanted = { name: "Latchkey", version: "1", chainId, verifyingContract: sessionManager };
  if (!isDeepStrictEqual(domain, wanted)) throw new Error(`The manager's domain is ${JSON.stringify(domain)}`);
}

try {
  const localUrl = await startChain("local", 31_337);
  await deployLatchkey(localUrl);
  const code = await readCreateX(localUrl);
  for (const { name, chainId } of live) {
    const rpcUrl = await startChain(name, chainId);
    const client = createTestClient({ mode: "anvil", transport: http(rpcUrl) });
    await client.setCode({ address: createX, bytecode: code });
    await deployLatchkey(rpcUrl);
    await checkManager(rpcUrl, expected, chainId);
    const parameters = join(root, `ignition/parameters/${name}.json`);
    const { swapPolicy } = await deployModule({ module: swapPolicyModule, rpcUrl, privateKey, parameters });
    console.log(`${name} (${chainId}): as expected; swap policy ${swapPolicy}`);
  }
  for (const [name, address] of Object.entries(expected)) console.log(`${name.padEnd(22)} ${address}`);
} finally {
  await processes.stop();
  rmSync(logFolder, { recursive: true, force: true });
}
