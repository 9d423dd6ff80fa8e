import { rmSync } from "node:fs";
import { join } from "node:path";
import type { IgnitionModule } from "@nomicfoundation/ignition-core";
import hre from "hardhat";
import type { Address } from "viem";

/**
 * Deploys an Ignition module to a local node, by CREATE2 as everywhere, and resolves with its contracts' addresses.
 * Ignition's record of it is removed at once, for a local chain ends with its process, and the next one starts empty.
 */
export async function deployModule({
  module,
  rpcUrl,
  privateKey,
  parameters,
}: {
  module: IgnitionModule;
  rpcUrl: string;
  /** Of the deployer. */
  privateKey: string;
  /** Path of a file of parameters. */
  parameters?: string;
}): Promise<Record<string, Address>> {
  const { ignition, ethers } = await hre.network.create({
    network: "localhost",
    override: { url: rpcUrl, accounts: [privateKey] },
  });
  const { chainId } = await ethers.provider.getNetwork();
  const deploymentId = `local-${process.pid}-${chainId}`;
  try {
    const contracts = await ignition.deploy(module, {
      deploymentId,
      strategy: "create2",
      config: { requiredConfirmations: 1, blockPollingInterval: 250 },
      ...(parameters === undefined ? {} : { parameters }),
    });
    const entries = Object.entries(contracts).map(async ([name, contract]) => [name, await contract.getAddress()]);
    return Object.fromEntries(await Promise.all(entries)) as Record<string, Address>;
  } finally {
    rmSync(join(hre.config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true });
  }
}
