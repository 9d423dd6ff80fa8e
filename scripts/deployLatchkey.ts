/**
 * Deploys Latchkey's contracts by their Ignition module to a local node, compiling what is out of date, and prints their
 * addresses as one line of JSON, the last:
 *
 *   node scripts/deployLatchkey.ts <rpc url> <private key of the deployer>
 *
 * Nothing is written to `ignition/deployments`: a local chain ends with its process. Live networks are deployed to by
 * `npx hardhat ignition deploy ignition/modules/Latchkey.ts --network <name>`.
 */
import hre from "hardhat";
import { join } from "node:path";
import latchkeyModule from "../ignition/modules/Latchkey.ts";
import { root } from "./root.ts";

const [rpcUrl, privateKey] = process.argv.slice(2);
if (rpcUrl === undefined || privateKey === undefined) throw new Error("Usage: deployLatchkey.ts <rpc url> <key>");

const sources = ["SessionManager.sol", "accounts/SessionAccount.sol", "accounts/SessionAccountFactory.sol"];
const files = [...sources, "test/DemoToken.sol"].map((path) => join(root, "contracts", path));
await hre.tasks.getTask("build").run({ files, quiet: true });

const { ignition } = await hre.network.connect({
  network: "localhost",
  override: { url: rpcUrl, accounts: [privateKey] },
});
const deployed = await ignition.deploy(latchkeyModule, {
  config: { requiredConfirmations: 1, blockPollingInterval: 250 },
});
const addresses = {
  sessionManager: await deployed.sessionManager.getAddress(),
  sessionAccount: await deployed.sessionAccount.getAddress(),
  sessionAccountFactory: await deployed.sessionAccountFactory.getAddress(),
};
console.log(JSON.stringify(addresses));
