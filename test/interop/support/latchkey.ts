import {
  encodeGrant,
  hashScope,
  hashSession,
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
import { type Address, decodeErrorResult, type Hex, pad, zeroAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { type Chain, readArtifact } from "./chain.ts";
import { createAccounts, type TestAccount } from "./createAccounts.ts";
import { abis, permit2, type Routers } from "./deployRouters.ts";

const contracts = "artifacts/contracts";
const { abi: managerAbi } = readArtifact(`${contracts}/interfaces/ISessionManager.sol/ISessionManager.json`);
const { abi: policyAbi } = readArtifact(`${contracts}/policies/UniversalRouterPolicy.sol/UniversalRouterPolicy.json`);

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
  const relayer: Address = "0x000000000000000000000000000000000000fee1";
  const key = privateKeyToAccount(generatePrivateKey());
  const chainId = await chain.publicClient.getChainId();
  const domain = { chainId, manager };
  let salt = 0n;

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
      maxOrders: 1000,
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

  /** The grant is brought by the relayer, with what `sign` makes of its digest. */
  async function grantBySignature(
    account: TestAccount,
    sign: (digest: Hex) => Promise<Hex>,
    scopes: readonly Scope[],
    limits: readonly Limit[],
  ) {
    const granted = await prepare(account, scopes, limits);
    const deadline = (await chain.now()) + 3600;
    const typed = [toContractSession(granted.session), granted.scopes.map(toContractScope), deadline];
    const digest = (await chain.read(manager, managerAbi, "hashGrant", typed)) as Hex;
    const args = [...typed, await sign(digest)];
    const refused = await chain.refusal(relayer, manager, managerAbi, "grantWithSignature", args);
    if (refused === undefined) await chain.call(relayer, manager, managerAbi, "grantWithSignature", args);
    return { granted, refused: refused?.name };
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
    ...createAccounts(chain, { implementation, factory }),
    grant,
    grantBySignature,
    grantRefusal,
    execute,
    executeBatch,
    refusal,
    remaining,
    openAllowances,
  };
}
