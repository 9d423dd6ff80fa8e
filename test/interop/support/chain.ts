import { readFileSync } from "node:fs";
import { join } from "node:path";
import { network } from "hardhat";
import {
  type Abi,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  custom,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  parseEther,
} from "viem";
import { hardhat } from "viem/chains";
import { root } from "../../../scripts/root.ts";

export type Artifact = { abi: Abi; bytecode: Hex };
export type Chain = Awaited<ReturnType<typeof createChain>>;

/** Compilers write `bytecode` with or without `0x`, as a string or as an object. */
export function readArtifact(path: string): Artifact {
  const { abi, bytecode } = JSON.parse(readFileSync(join(root, path), "utf8")) as {
    abi: Abi;
    bytecode: string | { object: string };
  };
  const code = typeof bytecode === "string" ? bytecode : bytecode.object;
  return { abi, bytecode: code.startsWith("0x") ? (code as Hex) : `0x${code}` };
}

/** A chain in this process, on which anyone's transactions can be sent. */
export async function createChain() {
  const { provider, networkHelpers, ignition } = await network.create();
  const transport = custom(provider, { retryCount: 0 });
  const publicClient = createPublicClient({ chain: hardhat, transport, pollingInterval: 20 });
  const walletClient = createWalletClient({ chain: hardhat, transport });
  const [deployer] = await walletClient.getAddresses();
  if (!deployer) throw new Error("The chain has no accounts");
  const impersonated = new Set<Address>();

  /** Sends from any address and throws, with the reason, if the transaction fails. */
  async function send(from: Address, to: Address | undefined, data: Hex = "0x", value = 0n) {
    if (!impersonated.has(from)) {
      await networkHelpers.impersonateAccount(from);
      impersonated.add(from);
    }
    // Impersonated contracts pay gas too, which must not show in their balances: the price is 0.
    await networkHelpers.setNextBlockBaseFeePerGas(0n);
    const gas = 15_000_000n;
    const hash = await walletClient.sendTransaction({ account: from, to, data, value, gas, gasPrice: 0n });
    return publicClient.waitForTransactionReceipt({ hash });
  }

  async function call(
    from: Address,
    to: Address,
    abi: Abi,
    functionName: string,
    args: readonly unknown[] = [],
    value = 0n,
  ) {
    return send(from, to, encodeFunctionData({ abi, functionName, args: [...args] }), value);
  }

  /** The error by which a call is refused, with its arguments; `undefined` if it would succeed. */
  async function refusal(from: Address, to: Address, abi: Abi, functionName: string, args: readonly unknown[] = []) {
    const request = { account: from, address: to, abi, functionName, args: [...args], gas: 15_000_000n };
    try {
      await publicClient.simulateContract(request);
      return undefined;
    } catch (error) {
      const reverted =
        error instanceof BaseError ? error.walk((inner) => inner instanceof ContractFunctionRevertedError) : undefined;
      if (!(reverted instanceof ContractFunctionRevertedError) || !reverted.data) throw error;
      return { name: reverted.data.errorName, args: reverted.data.args ?? [] };
    }
  }

  async function deploy(artifact: Artifact | string, args: readonly unknown[] = []): Promise<Address> {
    const { abi, bytecode } = typeof artifact === "string" ? readArtifact(artifact) : artifact;
    const receipt = await send(deployer as Address, undefined, encodeDeployData({ abi, bytecode, args: [...args] }));
    if (!receipt.contractAddress) throw new Error("The deployment created no contract");
    return receipt.contractAddress;
  }

  async function read(to: Address, abi: Abi, functionName: string, args: readonly unknown[] = []): Promise<unknown> {
    return publicClient.readContract({ address: to, abi, functionName, args: [...args] });
  }

  async function now(): Promise<number> {
    return networkHelpers.time.latest();
  }

  await networkHelpers.setBalance(deployer, parseEther("1000000"));
  return { publicClient, walletClient, networkHelpers, ignition, deployer, send, call, refusal, deploy, read, now };
}
