import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createWalletClient,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  http,
  isHex,
  parseAbi,
  parseEther,
  parseGwei,
  toHex,
  type Abi,
  type Address,
  type Hex,
} from "viem";
import { getUserOperationHash } from "viem/account-abstraction";
import { foundry } from "viem/chains";
import { z } from "zod";
import { startChain, type TestChain } from "../../test/support/startChain.ts";
import { createRecipients, toPrivateKey, toWallets, type BenchOrder, type TransferWorld } from "../createBenchWorld.ts";
import { load } from "../load.ts";

export type AltoWorld = TransferWorld & {
  entryPoint: Address;
  /** Of the wallets that submit bundles. */
  executorKeys: readonly Hex[];
  /** The next `count` operations, evenly of all accounts: transfers, each to someone who holds none of the token. */
  signOperations: (count: number) => Promise<BenchOrder[]>;
  stop: () => Promise<void>;
};

type Options = {
  /** Folder of the compiled contracts of ERC-4337. */
  artifacts: string;
  accountCount: number;
  /** Operations that may be signed for each account. */
  operationsPerAccount: number;
  walletCount: number;
};

const artifactSchema = z.object({
  abi: z.custom<Abi>((value) => Array.isArray(value)),
  bytecode: z.custom<Hex>((value) => isHex(value)),
});
const mintAbi = parseAbi(["function mint(address to, uint256 amount)"]);
const factoryAbi = parseAbi([
  "function createAccount(address owner, uint256 salt) returns (address)",
  "function getAddress(address owner, uint256 salt) view returns (address)",
]);
const accountAbi = parseAbi([
  "function execute(address dest, uint256 value, bytes func)",
  "function executeBatch(address[] dest, uint256[] value, bytes[] func)",
]);
const entryPointAbi = parseAbi(["function depositTo(address account) payable", "function incrementNonce(uint192 key)"]);
/** Nonce keys that are used in one transaction. */
const keysAtOnce = 100;
/** Gas that an operation signs. */
const gas = { callGasLimit: 80_000n, verificationGasLimit: 80_000n, preVerificationGas: 60_000n };
const fees = { maxFeePerGas: parseGwei("20"), maxPriorityFeePerGas: parseGwei("1") };

/** A chain with the EntryPoint of ERC-4337 (v0.7) and `accountCount` of its SimpleAccounts. */
export async function createAltoWorld(options: Options): Promise<AltoWorld> {
  const wallets = String(4 + 2 * options.walletCount);
  const chain = await startChain([...load.nodeArgs, "--accounts", wallets, "--balance", "100000"]);
  try {
    return await fillWorld(chain, options);
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

async function fillWorld(
  chain: TestChain,
  { artifacts, accountCount, operationsPerAccount, walletCount }: Options,
): Promise<AltoWorld> {
  const token = await chain.deploy("test/DemoToken", ["Demo", "DEMO", 18]);
  const entryPoint = await deploy(chain, join(artifacts, "EntryPoint.json"), []);
  const factory = await deploy(chain, join(artifacts, "SimpleAccountFactory.json"), [entryPoint]);
  const owner = chain.accounts.owner.account;
  const accounts: Address[] = [];
  for (let salt = 0; salt < accountCount; salt += 1) {
    const account = await createAccount(chain, { token, entryPoint, factory, salt: BigInt(salt) });
    await spendKeys(chain, { account, entryPoint, count: operationsPerAccount });
    accounts.push(account);
  }
  const createRecipient = createRecipients();
  let signed = 0;

  async function signNext(): Promise<BenchOrder> {
    const sender = accounts[signed % accounts.length];
    const key = Math.floor(signed / accounts.length);
    if (sender === undefined || key >= operationsPerAccount) throw new Error("All nonce keys have been used");
    const args = [createRecipient(), 1n] as const;
    const transfer = encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args });
    const callData = encodeFunctionData({ abi: accountAbi, functionName: "execute", args: [token, 0n, transfer] });
    // A nonce key of its own for each, so that none waits for another; each has been used once before.
    const nonce = (BigInt(key) << 64n) + 1n;
    signed += 1;
    const operation = { sender, nonce, callData, ...gas, ...fees };
    const hash = getUserOperationHash({
      chainId: chain.chainId,
      entryPointAddress: entryPoint,
      entryPointVersion: "0.7",
      userOperation: { ...operation, signature: "0x" },
    });
    const signature = await owner.signMessage({ message: { raw: hash } });
    const numbers = Object.entries({ nonce, ...gas, ...fees }).map(([name, value]) => [name, toHex(value)] as const);
    const json = { sender, callData, ...Object.fromEntries(numbers), signature };
    const request = { jsonrpc: "2.0", id: signed, method: "eth_sendUserOperation", params: [json, entryPoint] };
    return { orderHash: hash, body: JSON.stringify(request) };
  }

  return {
    chain,
    token,
    entryPoint,
    createRecipient,
    executorKeys: toWallets({ count: walletCount, from: 0 }).map(toPrivateKey),
    rawWallets: toWallets({ count: walletCount, from: walletCount }),
    async signOperations(count) {
      const operations: BenchOrder[] = [];
      for (let index = 0; index < count; index += 1) operations.push(await signNext());
      return operations;
    },
    stop: () => chain.stop(),
  };
}

/** An account of the owner with tokens, and a deposit that pays for its operations. */
async function createAccount(
  chain: TestChain,
  { token, entryPoint, factory, salt }: { token: Address; entryPoint: Address; factory: Address; salt: bigint },
): Promise<Address> {
  const args = [chain.accounts.owner.account.address, salt] as const;
  const of = { abi: factoryAbi, functionName: "getAddress", args } as const;
  const account = await chain.client.readContract({ address: factory, ...of });
  const create = encodeFunctionData({ abi: factoryAbi, functionName: "createAccount", args });
  await chain.send("owner", { to: factory, data: create });
  const mint = encodeFunctionData({ abi: mintAbi, functionName: "mint", args: [account, parseEther("1000")] });
  await chain.send("owner", { to: token, data: mint });
  const deposit = encodeFunctionData({ abi: entryPointAbi, functionName: "depositTo", args: [account] });
  await chain.send("owner", { to: entryPoint, data: deposit, value: parseEther("100") });
  return account;
}

/** Uses each of the account's first `count` nonce keys once, since the first use of one costs 17,000 gas more. */
async function spendKeys(
  chain: TestChain,
  { account, entryPoint, count }: { account: Address; entryPoint: Address; count: number },
): Promise<void> {
  for (let first = 0; first < count; first += keysAtOnce) {
    const keys = Array.from({ length: Math.min(keysAtOnce, count - first) }, (_, index) => BigInt(first + index));
    const calls = keys.map((key) =>
      encodeFunctionData({ abi: entryPointAbi, functionName: "incrementNonce", args: [key] }),
    );
    const data = encodeFunctionData({
      abi: accountAbi,
      functionName: "executeBatch",
      args: [keys.map(() => entryPoint), [], calls],
    });
    await chain.send("owner", { to: account, data });
  }
}

async function deploy({ url, client, accounts }: TestChain, path: string, args: readonly unknown[]): Promise<Address> {
  const { abi, bytecode } = artifactSchema.parse(JSON.parse(await readFile(path, "utf8")));
  const wallet = createWalletClient({ account: accounts.deployer.account, chain: foundry, transport: http(url) });
  const hash = await wallet.deployContract({ abi, bytecode, args });
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  if (!contractAddress) throw new Error(`${path} was not deployed`);
  return getAddress(contractAddress);
}
