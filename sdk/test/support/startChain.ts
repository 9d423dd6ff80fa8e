import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  createPublicClient,
  createWalletClient,
  getAddress,
  http,
  isHex,
  type Abi,
  type Account,
  type Address,
  type Chain,
  type Hex,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export type TestChain = {
  client: PublicClient;
  owner: WalletClient<Transport, Chain, Account>;
  deploy: (artifact: string, args?: readonly unknown[]) => Promise<Address>;
  stop: () => Promise<void>;
};

/** A real node, mining a block for each transaction. */
export async function startChain(): Promise<TestChain> {
  const node = spawn(`${root}node_modules/.bin/anvil`, ["--host", "127.0.0.1", "--port", "0"], {
    env: { ...process.env, TARGET_TOOL: "anvil" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(node, "exit");
  const url = await findUrl(node.stdout);
  const transport = http(url);
  const client: PublicClient = createPublicClient({ chain: foundry, transport, pollingInterval: 20, cacheTime: 0 });
  const account = mnemonicToAccount("test test test test test test test test test test test junk");
  const owner = createWalletClient({ account, chain: foundry, transport });
  return {
    client,
    owner,
    async deploy(artifact, args = []) {
      const { abi, bytecode } = await readArtifact(artifact);
      const hash = await owner.deployContract({ abi, bytecode, args });
      const { contractAddress } = await client.waitForTransactionReceipt({ hash });
      if (!contractAddress) throw new Error(`${artifact} was not deployed`);
      return getAddress(contractAddress);
    },
    async stop() {
      node.kill("SIGTERM");
      await exited;
    },
  };
}

async function findUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const address = /Listening on (\S+)/.exec(line)?.[1];
    if (address !== undefined) {
      output.resume();
      return `http://${address}`;
    }
  }
  throw new Error("anvil ended before it listened");
}

async function readArtifact(name: string): Promise<{ abi: Abi; bytecode: Hex }> {
  const path = `${root}artifacts/contracts/${name}.sol/${name.split("/").at(-1) ?? name}.json`;
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Error(`${path} is missing: run \`npx hardhat build\` first`, { cause });
  });
  const artifact = JSON.parse(text) as { abi: Abi; bytecode: unknown };
  if (!isHex(artifact.bytecode)) throw new Error(`${path} has no bytecode`);
  return { abi: artifact.abi, bytecode: artifact.bytecode };
}
