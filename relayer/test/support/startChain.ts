import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import {
  createPublicClient,
  createWalletClient,
  getAddress,
  http,
  isHex,
  parseGwei,
  TransactionReceiptNotFoundError,
  toHex,
  type Abi,
  type Account,
  type Address,
  type Chain,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from "viem";
import { foundry } from "viem/chains";
import { z } from "zod";
import { createDemoAccounts, type DemoAccounts } from "../../../scripts/stack/demoAccounts.ts";
import { toToolEnv } from "../../../scripts/runSteps.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";
import { root } from "../../../scripts/root.ts";
import { endWithUs } from "./endWithUs.ts";

export type SentTransaction = {
  to: Address;
  data?: Hex;
  value?: bigint;
  gas?: bigint;
  maxFeePerGas?: bigint;
  maxPriorityFeePerGas?: bigint;
};

const methodSchema = z.object({ method: z.string() });
const methodPattern = /^[a-z0-9]+_\w+$/;
/** Transactions in one request. */
const sentAtOnce = 50;

/** A real node. It mines a block for each transaction until told otherwise. */
export type TestChain = {
  url: string;
  chainId: number;
  accounts: DemoAccounts;
  client: PublicClient;
  /** What others than this `TestChain` have asked of the node so far, by method, as the node itself says. */
  getCalls: () => ReadonlyMap<string, number>;
  /** The same method with each of `paramLists`, in one request; the answers in their order. Throws what the node refuses. */
  askAll: (method: string, paramLists: readonly (readonly unknown[])[]) => Promise<unknown[]>;
  deploy: (artifact: string, args?: readonly unknown[]) => Promise<Address>;
  /** Sends one transaction and waits until it has succeeded. */
  send: (from: keyof DemoAccounts, tx: SentTransaction) => Promise<void>;
  /** Sends many and mines them, as many in a block as fit; waits until all have succeeded. Each names its gas. */
  sendAll: (from: keyof DemoAccounts, txs: readonly (SentTransaction & { gas: bigint })[]) => Promise<void>;
  /** Seconds since the Unix epoch, of the newest block. */
  getTime: () => Promise<number>;
  mine: (count?: number) => Promise<void>;
  mineAt: (time: number) => Promise<void>;
  /** Transactions wait until `resumeMining`. */
  pauseMining: () => Promise<void>;
  resumeMining: () => Promise<void>;
  mineEverySecond: () => Promise<void>;
  /** In wei. */
  setBalance: (holder: Address, balance: bigint) => Promise<void>;
  /** In wei; of the next block only, those after it follow from it. */
  setNextBaseFee: (fee: bigint) => Promise<void>;
  /** Returns when a transaction of `sender` waits to be mined. */
  waitForPending: (sender: Address) => Promise<void>;
  /** The node forgets what waits to be mined. */
  forgetPending: () => Promise<void>;
  /** Replaces the newest blocks by empty ones. */
  reorganise: (depth: number) => Promise<void>;
  stop: () => Promise<void>;
};

/** `args` are more of anvil's options. */
export async function startChain(args: readonly string[] = []): Promise<TestChain> {
  const node = spawn("anvil", ["--host", "127.0.0.1", "--port", "0", ...args], {
    cwd: root,
    env: toToolEnv(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  // What npm calls anvil is a script that starts it.
  endWithUs(node, "SIGTERM");
  const exited = once(node, "exit");
  const calls = new Map<string, number>();
  const addCalls = (method: string, count: number): void => void calls.set(method, (calls.get(method) ?? 0) + count);
  const url = await findUrl(node.stdout, (method) => addCalls(method, 1));
  const transport = http(url, {
    timeout: 20_000,
    onFetchRequest: (_request, { body }) => addCalls(methodSchema.parse(JSON.parse(z.string().parse(body))).method, -1),
  });
  const client: PublicClient = createPublicClient({ chain: foundry, transport, pollingInterval: 50, cacheTime: 0 });
  const accounts = createDemoAccounts();
  const getWallet = (name: keyof DemoAccounts): WalletClient<Transport, Chain, Account> =>
    createWalletClient({ account: accounts[name].account, chain: foundry, transport });
  const askAll: TestChain["askAll"] = async (method, paramLists) => {
    addCalls(method, -paramLists.length);
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(paramLists.map((params, id) => ({ jsonrpc: "2.0", id, method, params }))),
    });
    const answers = (await response.json()) as { id: number; result?: unknown; error?: { message: string } }[];
    return answers
      .toSorted((a, b) => a.id - b.id)
      .map(({ result, error }) => {
        if (error !== undefined) throw new Error(`${method} failed: ${error.message}`);
        return result;
      });
  };
  const ask = async (method: string, params: readonly unknown[] = []): Promise<void> => {
    await askAll(method, [params]);
  };
  return {
    url,
    chainId: foundry.id,
    accounts,
    client,
    getCalls: () => new Map(calls),
    askAll,
    async deploy(artifact, args = []) {
      const { abi, bytecode } = await readArtifact(artifact);
      const hash = await getWallet("deployer").deployContract({ abi, bytecode, args });
      const { contractAddress } = await waitForReceipt(client, hash);
      if (!contractAddress) throw new Error(`${artifact} was not deployed`);
      return getAddress(contractAddress);
    },
    async send(from, tx) {
      const hash = await getWallet(from).sendTransaction(tx);
      const { status } = await waitForReceipt(client, hash);
      if (status !== "success") throw new Error(`Transaction ${hash} of the ${from} failed`);
    },
    async sendAll(from, txs) {
      const { address } = accounts[from].account;
      const base = { from: address, maxFeePerGas: toHex(parseGwei("20")), maxPriorityFeePerGas: "0x1" };
      await ask("evm_setAutomine", [false]);
      for (let at = 0; at < txs.length; at += sentAtOnce) {
        // The node has the keys of its own accounts.
        const hashes = await askAll(
          "eth_sendTransaction",
          txs.slice(at, at + sentAtOnce).map(({ to, data, value, gas }) => [
            {
              ...base,
              to,
              gas: toHex(gas),
              ...(data && { data }),
              ...(value !== undefined && { value: toHex(value) }),
            },
          ]),
        );
        const isMined = async (): Promise<true | undefined> => {
          await ask("evm_mine");
          const receipts = (await askAll(
            "eth_getTransactionReceipt",
            hashes.map((hash) => [hash]),
          )) as ({ status: Hex } | null)[];
          const failed = receipts.findIndex((receipt) => receipt !== null && receipt.status !== "0x1");
          if (failed >= 0) throw new Error(`Transaction ${String(hashes[failed])} of the ${from} failed`);
          return receipts.includes(null) ? undefined : true;
        };
        await waitUntil({ what: "transactions to be mined", timeoutMs: 60_000, intervalMs: 1, probe: isMined });
      }
      await ask("evm_setAutomine", [true]);
    },
    getTime: async () => Number((await client.getBlock()).timestamp),
    async mine(count = 1) {
      for (let mined = 0; mined < count; mined += 1) await ask("evm_mine");
    },
    async mineAt(time) {
      await ask("evm_setNextBlockTimestamp", [time]);
      await ask("evm_mine");
    },
    async pauseMining() {
      await ask("evm_setIntervalMining", [0]);
      await ask("evm_setAutomine", [false]);
    },
    async resumeMining() {
      await ask("evm_setAutomine", [true]);
      await ask("evm_mine");
    },
    mineEverySecond: () => ask("evm_setIntervalMining", [1]),
    setBalance: (holder, balance) => ask("anvil_setBalance", [holder, toHex(balance)]),
    setNextBaseFee: (fee) => ask("anvil_setNextBlockBaseFeePerGas", [toHex(fee)]),
    async waitForPending(address) {
      await waitUntil({
        what: `a transaction of ${address} in the node's pool`,
        timeoutMs: 20_000,
        intervalMs: 50,
        async probe() {
          const mined = await client.getTransactionCount({ address });
          return (await client.getTransactionCount({ address, blockTag: "pending" })) > mined ? true : undefined;
        },
      });
    },
    forgetPending: () => ask("anvil_dropAllTransactions"),
    reorganise: (depth) => ask("anvil_reorg", [depth, []]),
    async stop() {
      node.kill("SIGTERM");
      await exited;
    },
  };
}

/** Mostly it is there already; only otherwise is the node asked every so often. */
async function waitForReceipt(client: PublicClient, hash: Hex): Promise<TransactionReceipt> {
  try {
    return await client.getTransactionReceipt({ hash });
  } catch (error) {
    if (!(error instanceof TransactionReceiptNotFoundError)) throw error;
    return client.waitForTransactionReceipt({ hash });
  }
}

/** Where the node listens. It goes on to write a line for each call, with the method and nothing else. */
async function findUrl(output: Readable, onCall: (method: string) => void): Promise<string> {
  const lines = createInterface({ input: output });
  return new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      const address = /Listening on (\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
      else if (methodPattern.test(line)) onCall(line);
    });
    lines.on("close", () => reject(new Error("anvil ended before it listened")));
  });
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
