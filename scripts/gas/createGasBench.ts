import {
  createTestClient,
  custom,
  encodeFunctionData,
  publicActions,
  walletActions,
  type Abi,
  type Address,
  type EIP1193Provider,
  type Hex,
} from "viem";
import { mnemonicToAccount, privateKeyToAccount, type LocalAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import {
  encodeAccountExecute,
  encodeGrant,
  hashScope,
  hashSession,
  packOrder,
  sessionAccountFactoryAbi,
  sessionManagerAbi,
  signOrder,
  toScopesRoot,
  type Limit,
  type Scope,
  type Session,
} from "@latchkey/sdk";

const mnemonic = "test test test test test test test test test test test junk";
const zeroAddress: Address = "0x0000000000000000000000000000000000000000";
const day = 86_400;

export type Artifact = { abi: Abi; bytecode: Hex };
export type Granted = { account: Address; key: LocalAccount; session: Session; scopes: readonly Scope[] };
export type GasBench = Awaited<ReturnType<typeof createGasBench>>;

/** A scope without value, rules or allowance. */
export function toPlainScope(target: Address, selector: Hex): Scope {
  const nothing = {
    maxValue: 0n,
    spendToken: zeroAddress,
    spendMethod: "none",
    policy: zeroAddress,
    rules: [],
  } as const;
  return { target, selector, ...nothing };
}

/** `amount` of `token` a day. */
export function toDailyLimit(token: Address, amount: bigint): Limit {
  return { token, amount, period: day, approveAbove: 0n, kind: "gross" };
}

/**
 * Latchkey on a fresh chain, and what a measurement takes: accounts, sessions, orders, each a transaction of its own.
 * @param provider Of a chain whose accounts come from the usual test mnemonic.
 */
export async function createGasBench(provider: EIP1193Provider, readArtifact: (name: string) => Promise<Artifact>) {
  const client = createTestClient({ mode: "hardhat", chain: hardhat, transport: custom(provider) })
    .extend(publicActions)
    .extend(walletActions);
  const owner = mnemonicToAccount(mnemonic, { addressIndex: 1 });
  const relayer = mnemonicToAccount(mnemonic, { addressIndex: 2 });
  const { timestamp } = await client.getBlock();
  const now = Number(timestamp);
  let keys = 0;

  async function send(from: LocalAccount, to: Address, data: Hex, value = 0n): Promise<bigint> {
    const hash = await client.sendTransaction({ account: from, to, data, value, gas: 16_000_000n });
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${hash} to ${to} reverted`);
    return receipt.gasUsed;
  }

  async function deploy(name: string, args: readonly unknown[] = []): Promise<Address> {
    const { abi, bytecode } = await readArtifact(name);
    const hash = await client.deployContract({ account: relayer, abi, bytecode, args });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash });
    if (contractAddress === null || contractAddress === undefined) throw new Error(`${name} was not deployed`);
    return contractAddress;
  }

  const manager = await deploy("SessionManager", [await deploy("SessionGrants"), await deploy("SessionControl")]);
  const factory = await deploy("SessionAccountFactory", [await deploy("SessionAccount", [manager])]);
  const chainId = await client.getChainId();

  async function createAccount(salt: Hex): Promise<Address> {
    const call = { abi: sessionAccountFactoryAbi, args: [owner.address, salt] } as const;
    await send(relayer, factory, encodeFunctionData({ ...call, functionName: "createAccount" }));
    return client.readContract({ ...call, address: factory, functionName: "getAddress" });
  }

  /** A key that has made transactions before, as every session key that submits by itself has. */
  async function createKey(): Promise<LocalAccount> {
    keys += 1;
    const key = privateKeyToAccount(`0x${keys.toString(16).padStart(64, "1")}`);
    await client.setBalance({ address: key.address, value: 10n ** 18n });
    await send(key, key.address, "0x");
    return key;
  }

  /** Grants by the owner through the account. */
  async function grant(
    account: Address,
    { limits, scopes }: { limits: readonly Limit[]; scopes: readonly Scope[] },
  ): Promise<Granted & { gas: bigint }> {
    const leaves = new Map(scopes.map((scope) => [hashScope(scope), scope]));
    const sorted = [...leaves.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, scope]) => scope);
    const key = await createKey();
    const epoch = await client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "accountStateOf",
      args: [account],
    });
    const session: Session = {
      account,
      accountKind: "sessionAccount",
      signer: key.address,
      validAfter: now - 60,
      validUntil: now + 30 * day,
      maxOrders: 10_000,
      minInterval: 0,
      epoch: epoch.epoch,
      relayer: zeroAddress,
      sentinel: zeroAddress,
      sentinelMayRevoke: false,
      leaseTtl: 0,
      approver: "0x",
      revokeOnMisuse: false,
      scopesRoot: toScopesRoot(sorted),
      salt: `0x${"0".repeat(64)}`,
      limits,
    };
    const gas = await control(account, encodeGrant({ session, scopes: sorted }));
    return { account, key, session, scopes: sorted, gas };
  }

  /** The owner makes the account call the manager. */
  async function control(account: Address, data: Hex): Promise<bigint> {
    return send(owner, account, encodeAccountExecute([{ target: manager, data }]));
  }

  async function toOrder(
    granted: Granted,
    nonce: number,
    call: { scope: Scope; value?: bigint; data?: Hex },
    by: "relayer" | "key" = "relayer",
  ): Promise<Hex> {
    const { scope, value = 0n, data = "0x" } = call;
    const order = {
      sessionId: hashSession(granted.session),
      nonce,
      deadline: now + day,
      gasLimit: 300_000,
      calls: [{ target: scope.target, value, data, scope: hashScope(scope) }],
    };
    const signature = by === "key" ? "0x" : await signOrder({ order, signer: granted.key, chainId, manager });
    return packOrder({ order, session: granted.session, scopes: granted.scopes, signature });
  }

  async function execute(order: Hex, from: LocalAccount = relayer): Promise<bigint> {
    return send(from, manager, encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args: [order] }));
  }

  async function executeBatch(orders: readonly Hex[]): Promise<bigint> {
    const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "executeBatch", args: [orders] });
    const { data: results } = await client.call({ account: relayer, to: manager, data });
    if (results === undefined || /0x(?:.{128})(.*[1-9a-f])/.test(results))
      throw new Error(`A batch failed: ${results}`);
    return send(relayer, manager, data);
  }

  return { owner, relayer, send, deploy, createAccount, grant, control, toOrder, execute, executeBatch };
}
