import {
  encodeAccountExecute,
  encodeGrant,
  hashScope,
  hashSession,
  type AccountKind,
  type Limit,
  packOrder,
  packSession,
  type Scope,
  type Session,
  signOrder,
  sortScopes,
  toContractScope,
  toContractSession,
  toScopesRoot,
} from "@latchkey/sdk";
import {
  type Address,
  decodeErrorResult,
  encodeFunctionData,
  type Hex,
  pad,
  parseAbi,
  parseEther,
  zeroAddress,
  zeroHash,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { type Chain, readArtifact } from "./chain.ts";
import { abis, permit2, type Routers } from "./deployRouters.ts";

const contracts = "artifacts/contracts";
const safe = "node_modules/@safe-global/safe-contracts/build/artifacts/contracts";
const { abi: managerAbi } = readArtifact(`${contracts}/interfaces/ISessionManager.sol/ISessionManager.json`);
const { abi: policyAbi } = readArtifact(`${contracts}/policies/UniversalRouterPolicy.sol/UniversalRouterPolicy.json`);

export const executorType = 2n;
export const accountAbis = {
  safe: parseAbi([
    "function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)",
    "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
    "function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address)",
    "function enableModule(address module)",
    "function disableModule(address previous, address module)",
    "event ProxyCreation(address indexed proxy, address singleton)",
  ]),
  erc7579: parseAbi([
    "function execute(bytes32 mode, bytes executionCalldata) payable",
    "function installModule(uint256 moduleType, address module, bytes initData)",
    "function uninstallModule(uint256 moduleType, address module, bytes deInitData)",
    "function isModuleInstalled(uint256 moduleType, address module, bytes context) view returns (bool)",
  ]),
  factory: parseAbi([
    "function createAccount(address owner, bytes32 salt) returns (address)",
    "function getAddress(address owner, bytes32 salt) view returns (address)",
  ]),
};

/** An account and how its owner makes it call others. */
export type TestAccount = { address: Address; kind: AccountKind; act: (to: Address, data: Hex) => Promise<void> };
export type Granted = { session: Session; scopes: readonly Scope[] };
export type OrderCall = { scope: Scope; data: Hex; value?: bigint };
export type Latchkey = Awaited<ReturnType<typeof deployLatchkey>>;

export async function deployLatchkey(chain: Chain) {
  const grants = await chain.deploy(`${contracts}/SessionGrants.sol/SessionGrants.json`);
  const control = await chain.deploy(`${contracts}/SessionControl.sol/SessionControl.json`);
  const manager = await chain.deploy(`${contracts}/SessionManager.sol/SessionManager.json`, [grants, control]);
  const accounts = `${contracts}/accounts`;
  const implementation = await chain.deploy(`${accounts}/SessionAccount.sol/SessionAccount.json`, [manager]);
  const factory = await chain.deploy(`${accounts}/SessionAccountFactory.sol/SessionAccountFactory.json`, [
    implementation,
  ]);
  const owner: Address = "0x000000000000000000000000000000000000a11e";
  const relayer: Address = "0x000000000000000000000000000000000000fee1";
  const key = privateKeyToAccount(generatePrivateKey());
  const chainId = await chain.publicClient.getChainId();
  const domain = { chainId, manager };
  let salt = 0n;

  // -------------------------------------------------------------------------------------------------------------------
  // Accounts
  // -------------------------------------------------------------------------------------------------------------------

  async function createClone(): Promise<TestAccount> {
    await chain.call(owner, factory, accountAbis.factory, "createAccount", [owner, zeroHash]);
    const address = (await chain.read(factory, accountAbis.factory, "getAddress", [owner, zeroHash])) as Address;
    const act = async (to: Address, data: Hex) => {
      await chain.send(owner, address, encodeAccountExecute([{ target: to, data }]));
    };
    return { address, kind: "sessionAccount", act };
  }

  /** A Safe 1.4.1 of one owner behind its own proxy. */
  async function createSafe(): Promise<TestAccount> {
    const singleton = await chain.deploy(`${safe}/Safe.sol/Safe.json`);
    const proxies = await chain.deploy(`${safe}/proxies/SafeProxyFactory.sol/SafeProxyFactory.json`);
    const initializer = encodeFunctionData({
      abi: accountAbis.safe,
      functionName: "setup",
      args: [[owner], 1n, zeroAddress, "0x", zeroAddress, zeroAddress, 0n, zeroAddress],
    });
    const args = [singleton, initializer, 0n] as const;
    const { result: address } = await chain.publicClient.simulateContract({
      account: owner,
      address: proxies,
      abi: accountAbis.safe,
      functionName: "createProxyWithNonce",
      args,
    });
    await chain.call(owner, proxies, accountAbis.safe, "createProxyWithNonce", args);
    // The owner sends, so a signature is only their name: v = 1.
    const signature: Hex = `${pad(owner)}${"00".repeat(32)}01`;
    const act = async (to: Address, data: Hex) => {
      const call = [to, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress, signature] as const;
      await chain.call(owner, address, accountAbis.safe, "execTransaction", call);
    };
    return { address, kind: "safe", act };
  }

  /** An account on OpenZeppelin's `AccountERC7579`. */
  async function createErc7579(): Promise<TestAccount> {
    const address = await chain.deploy(`${contracts}/test/Erc7579Account.sol/Erc7579Account.json`, [owner]);
    const act = async (to: Address, data: Hex) => {
      const call: Hex = `${to}${"00".repeat(32)}${data.slice(2)}`;
      await chain.call(owner, address, accountAbis.erc7579, "execute", [zeroHash, call]);
    };
    return { address, kind: "erc7579", act };
  }

  /** An EOA that signs EIP-7702 authorizations, which anyone's transactions of type 4 bring. */
  async function createDelegatedEoa() {
    const eoa = privateKeyToAccount(generatePrivateKey());
    const sponsor = privateKeyToAccount(generatePrivateKey());
    await chain.networkHelpers.setBalance(sponsor.address, parseEther("1"));
    const delegate = async (to: Address) => {
      const nonce = await chain.publicClient.getTransactionCount({ address: eoa.address });
      const authorizationList = [await eoa.signAuthorization({ address: to, chainId, nonce })];
      const transaction = { account: sponsor, to: zeroAddress, authorizationList, gas: 200_000n };
      const hash = await chain.walletClient.sendTransaction(transaction);
      await chain.publicClient.waitForTransactionReceipt({ hash });
    };
    const act = async (to: Address, data: Hex) => {
      await chain.send(eoa.address, to, data);
    };
    await delegate(implementation);
    return { address: eoa.address, kind: "sessionAccount" as const, act, delegate };
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Sessions
  // -------------------------------------------------------------------------------------------------------------------

  async function prepare(account: TestAccount, scopes: readonly Scope[], limits: readonly Limit[]): Promise<Granted> {
    const state = (await chain.read(manager, managerAbi, "accountStateOf", [account.address])) as { epoch: number };
    const now = await chain.now();
    salt += 1n;
    const sorted = sortScopes(scopes);
    const session: Session = {
      account: account.address,
      accountKind: account.kind,
      signer: key.address,
      validAfter: now,
      validUntil: now + 30 * 86_400,
      maxOrders: 100,
      minInterval: 0,
      epoch: state.epoch,
      relayer: zeroAddress,
      sentinel: zeroAddress,
      sentinelMayRevoke: false,
      leaseTtl: 0,
      approver: "0x",
      revokeOnMisuse: false,
      scopesRoot: toScopesRoot(sorted),
      salt: pad(`0x${salt.toString(16).padStart(2, "0")}`),
      limits,
    };
    return { session, scopes: sorted };
  }

  async function grant(account: TestAccount, scopes: readonly Scope[], limits: readonly Limit[]): Promise<Granted> {
    const granted = await prepare(account, scopes, limits);
    await account.act(manager, encodeGrant(granted));
    return granted;
  }

  /** By which error the manager refuses the grant. */
  async function grantRefusal(account: TestAccount, scopes: readonly Scope[], limits: readonly Limit[]) {
    const granted = await prepare(account, scopes, limits);
    const args = [toContractSession(granted.session), granted.scopes.map(toContractScope)];
    return (await chain.refusal(account.address, manager, managerAbi, "grant", args))?.name;
  }

  async function toOrder(granted: Granted, nonce: number, calls: readonly OrderCall[]): Promise<Hex> {
    const order = {
      sessionId: hashSession(granted.session),
      nonce,
      deadline: (await chain.now()) + 3600,
      gasLimit: 3_000_000,
      calls: calls.map(({ scope, data, value = 0n }) => ({
        target: scope.target,
        value,
        data,
        scope: hashScope(scope),
      })),
    };
    return packOrder({ order, ...granted, signature: await signOrder({ order, signer: key, ...domain }) });
  }

  /** Runs an order of the key's through a relayer. */
  async function execute(granted: Granted, nonce: number, calls: readonly OrderCall[]) {
    return chain.call(relayer, manager, managerAbi, "execute", [await toOrder(granted, nonce, calls)]);
  }

  /** As `execute`, where a failing order uses its nonce and nothing else. */
  async function executeBatch(granted: Granted, nonce: number, calls: readonly OrderCall[]) {
    return chain.call(relayer, manager, managerAbi, "executeBatch", [[await toOrder(granted, nonce, calls)]]);
  }

  /** By which error the manager refuses an order; of a policy, by which of the policy's. `undefined` if it would run. */
  async function refusal(granted: Granted, nonce: number, calls: readonly OrderCall[]): Promise<string | undefined> {
    const found = await chain.refusal(relayer, manager, managerAbi, "execute", [await toOrder(granted, nonce, calls)]);
    if (found?.name !== "PolicyRejected") return found?.name;
    return decodeErrorResult({ abi: policyAbi, data: found.args[2] as Hex }).errorName;
  }

  async function remaining(granted: Granted): Promise<readonly bigint[]> {
    const args = [packSession(granted.session)];
    return (await chain.read(manager, managerAbi, "remaining", args)) as readonly bigint[];
  }

  /** What an order could have left: every allowance of the token that is not 0, by spender. */
  async function openAllowances(account: Address, token: Address, routers: Routers): Promise<readonly string[]> {
    const spenders = [routers.v2Router, routers.swapRouter, routers.universalRouter, permit2, manager];
    const open: string[] = [];
    for (const spender of spenders) {
      const amount = await chain.read(token, abis.token, "allowance", [account, spender]);
      if (amount !== 0n) open.push(`${spender} ${String(amount)}`);
      const args = [account, token, spender];
      const [through] = (await chain.read(permit2, abis.permit2, "allowance", args)) as readonly [bigint];
      if (through !== 0n) open.push(`${spender} ${through} through Permit2`);
    }
    return open;
  }

  return {
    manager,
    implementation,
    owner,
    relayer,
    createClone,
    createSafe,
    createErc7579,
    createDelegatedEoa,
    grant,
    grantRefusal,
    execute,
    executeBatch,
    refusal,
    remaining,
    openAllowances,
  };
}
