import hre from "hardhat";
import type { Abi, Address, Hex } from "viem";
import latchkeyModule from "../../../ignition/modules/Latchkey.ts";
import type { Setting } from "../reference/setting.ts";
import { createRpc, type Rpc } from "./createRpc.ts";
import { deployArtifact, deploySetting, type Artifact } from "./deploySetting.ts";
import { startsAt } from "./endowments.ts";
import type { Domain } from "./messages.ts";

export type Chain = {
  rpc: Rpc;
  setting: Setting;
  domain: Domain;
  managerAbi: Abi;
  reader: { address: Address; abi: Abi };
  /** Puts the chain back to where every sequence starts. */
  reset: () => Promise<void>;
  close: () => Promise<void>;
};

/** Latchkey with accounts, tokens and a market on a fresh chain inside this process. */
export async function createChain(): Promise<Chain> {
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  const connection = await hre.network.create({
    override: {
      allowBlocksWithSameTimestamp: true,
      initialBaseFeePerGas: 0n,
      // The set-up takes less than this many seconds before the start.
      initialDate: new Date((startsAt - 1_000) * 1_000),
    },
  });
  const { provider, ignition } = connection;
  const rpc = createRpc(provider);
  const { sessionManager, sessionAccount, sessionAccountFactory } = await ignition.deploy(latchkeyModule);
  const [manager, implementation, factory] = await Promise.all(
    [sessionManager, sessionAccount, sessionAccountFactory].map(
      async (contract) => (await contract.getAddress()).toLowerCase() as Address,
    ),
  );
  if (manager === undefined || implementation === undefined || factory === undefined) {
    throw new Error("Latchkey was not deployed");
  }
  const setting = await deploySetting(rpc, { manager, implementation, factory }, readArtifact);
  const reader = await readArtifact("StateReader");
  const readerAddress = await deployArtifact(rpc, reader, []);
  const { abi: managerAbi } = await readArtifact("ISessionManager");
  const chainId = Number(await rpc.request<Hex>("eth_chainId"));
  let snapshot = await rpc.request<Hex>("evm_snapshot");

  return {
    rpc,
    setting,
    domain: { name: "Latchkey", version: "1", chainId, verifyingContract: manager },
    managerAbi,
    reader: { address: readerAddress, abi: reader.abi },

    async reset() {
      await rpc.request("evm_revert", snapshot);
      snapshot = await rpc.request<Hex>("evm_snapshot");
    },

    close: () => connection.close(),
  };
}

async function readArtifact(name: string): Promise<Artifact> {
  const { abi, bytecode } = await hre.artifacts.readArtifact(name);
  // Hardhat's artifacts are typed by name, and the names here are variables.
  return { abi: abi as Abi, bytecode: bytecode as Hex };
}
