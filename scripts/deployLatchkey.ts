/**
 * Deploys Latchkey's contracts by their Ignition module to a local node, compiling what is out of date, and prints their
 * addresses as one line of JSON, the last:
 *
 *   node scripts/deployLatchkey.ts <rpc url> <private key of the deployer>
 *
 * Ignition's record of it is removed at once, for a local chain ends with its process, and the next one starts empty.
 * Live networks are deployed to by `npx hardhat ignition deploy ignition/modules/Latchkey.ts --network <name>`.
 */
import { rmSync } from "node:fs";
import hre from "hardhat";
import { join } from "node:path";
import latchkeyModule from "../ignition/modules/Latchkey.ts";
import { root } from "./root.ts";

const [rpcUrl, privateKey] = process.argv.slice(2);
if (rpcUrl === undefined || privateKey === undefined) throw new Error("Usage: deployLatchkey.ts <rpc url> <key>");

const sources = [
  "SessionGrants.sol",
  "SessionControl.sol",
  "SessionManager.sol",
  "accounts/SessionAccount.sol",
  "accounts/SessionAccountFactory.sol",
];
const files = [...sources, "test/DemoToken.sol"].map((path) => join(root, "contracts", path));
await hre.tasks.getTask("build").run({ files, quiet: true });

const { ignition } = await hre.network.create({
  network: "localhost",
  override: { url: rpcUrl, accounts: [privateKey] },
});
const deploymentId = `local-${process.pid}`;
try {
  const contracts = await ignition.deploy(latchkeyModule, {
    deploymentId,
    config: { requiredConfirmations: 1, blockPollingInterval: 250 },
  });
  const addresses = Object.entries(contracts).map(async ([name, contract]) => [name, await contract.getAddress()]);
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(addresses))));
} finally {
  rmSync(join(hre.config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true });
}
