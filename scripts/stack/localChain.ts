import {
  type Account,
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  type Hex,
  http,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import { foundry } from "viem/chains";
import { createDemoAccounts, type DemoAccounts } from "./demoAccounts.ts";
import type { ProcessGroup } from "./processes.ts";
import { waitUntil } from "./waitUntil.ts";

export type LocalChain = {
  rpcUrl: string;
  chainId: number;
  accounts: DemoAccounts;
  publicClient: PublicClient;
  /** A client that signs as one of the demo accounts. */
  getWalletClient: (name: keyof DemoAccounts) => WalletClient<Transport, Chain, Account>;
  /** Sends transactions one after the other and waits until all are mined; throws if one fails. */
  send: (name: keyof DemoAccounts, txs: readonly { to: Address; data?: Hex; value?: bigint }[]) => Promise<void>;
};

/** Starts anvil with one-second blocks, on this machine only. */
export async function startLocalChain(deps: {
  processes: ProcessGroup;
  port: number;
  crashed: Promise<never>;
}): Promise<LocalChain> {
  const rpcUrl = `http://127.0.0.1:${deps.port}`;
  const args = ["--host", "127.0.0.1", "--port", String(deps.port), "--block-time", "1"];
  deps.processes.start({ name: "chain", command: "anvil", args });

  const transport = http(rpcUrl, { timeout: 10_000 });
  const publicClient: PublicClient = createPublicClient({ chain: foundry, transport, pollingInterval: 200 });
  const chainId = await waitUntil({
    what: `anvil at ${rpcUrl}`,
    probe: () => publicClient.getChainId(),
    timeoutMs: 20_000,
    until: deps.crashed,
  });
  const accounts = createDemoAccounts();
  const getWalletClient: LocalChain["getWalletClient"] = (name) =>
    createWalletClient({ account: accounts[name].account, chain: foundry, transport });

  const send: LocalChain["send"] = async (name, txs) => {
    const client = getWalletClient(name);
    let nonce = await publicClient.getTransactionCount({ address: client.account.address, blockTag: "pending" });
    const hashes: Hex[] = [];
    for (const tx of txs) hashes.push(await client.sendTransaction({ ...tx, nonce: nonce++ }));
    for (const hash of hashes) {
      const receipt = await publicClient.waitForTransactionReceipt({ hash, timeout: 30_000 });
      if (receipt.status !== "success") throw new Error(`Transaction ${hash} of the ${name} failed`);
    }
  };
  return { rpcUrl, chainId, accounts, publicClient, getWalletClient, send };
}
