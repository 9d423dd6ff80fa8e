/**
 * Deploys Latchkey's contracts by their Ignition module to a local node, compiling what is out of date, and prints their
 * addresses as one line of JSON, the last:
 *
 *   node scripts/deployLatchkey.ts <rpc url> <private key of the deployer>
 *
 * Live networks are deployed to by Hardhat's own task, as docs/operations.md says: to the same addresses.
 */
import { join } from "node:path";
import hre from "hardhat";
import latchkeyModule from "../ignition/modules/Latchkey.ts";
import { deployModule } from "./deployModule.ts";
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
console.log(JSON.stringify(await deployModule({ module: latchkeyModule, rpcUrl, privateKey })));
