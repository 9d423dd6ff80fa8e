import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeFunctionData, hashTypedData, pad, parseAbi, zeroAddress, type Abi, type Address, type Hex } from "viem";
import { root } from "../../../scripts/root.ts";
import { actors } from "./actors.ts";
import type { Rpc } from "./createRpc.ts";
import { signHash } from "./signMessage.ts";

const abi = parseAbi([
  "function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)",
  "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
  "function enableModule(address module)",
]);
const artifacts = "node_modules/@safe-global/safe-contracts/build/artifacts/contracts";

export function readSafeArtifact(name: string): { abi: Abi; bytecode: Hex } {
  return JSON.parse(readFileSync(join(root, artifacts, `${name}.json`), "utf8")) as { abi: Abi; bytecode: Hex };
}

/** A Safe 1.4.1 of one owner behind its own proxy, with the manager as a module. */
export async function createSafe(
  rpc: Rpc,
  owner: Address,
  manager: Address,
  deploy: (artifact: { abi: Abi; bytecode: Hex }, args: readonly unknown[]) => Promise<Address>,
): Promise<Address> {
  const singleton = await deploy(readSafeArtifact("Safe.sol/Safe"), []);
  const handler = await deploy(
    readSafeArtifact("handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler"),
    [],
  );
  const safe = await deploy(readSafeArtifact("proxies/SafeProxy.sol/SafeProxy"), [singleton]);
  const setup = [[owner], 1n, zeroAddress, "0x", handler, zeroAddress, 0n, zeroAddress] as const;
  const data = encodeFunctionData({ abi, functionName: "setup", args: setup });
  await rpc.run({ from: actors.deployer, to: safe, data });
  const enable = encodeFunctionData({ abi, functionName: "enableModule", args: [manager] });
  await rpc.run({ from: owner, to: safe, data: encodeSafeCall(owner, safe, enable) });
  return safe;
}

/** A call by a Safe. Its owner sends it, so a signature is only their name: v = 1. */
export function encodeSafeCall(owner: Address, to: Address, data: Hex): Hex {
  const signature: Hex = `${pad(owner)}${"00".repeat(32)}01`;
  const args = [to, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress, signature] as const;
  return encodeFunctionData({ abi, functionName: "execTransaction", args });
}

/** What the owner of a Safe signs for ERC-1271. */
export async function signForSafe(safe: Address, by: Address, chainId: number, digest: Hex): Promise<Hex> {
  const hash = hashTypedData({
    domain: { chainId, verifyingContract: safe },
    types: { SafeMessage: [{ name: "message", type: "bytes" }] },
    primaryType: "SafeMessage",
    message: { message: digest },
  });
  return signHash(by, hash);
}
