import { encodeFunctionData, hexToNumber, numberToHex, slice, zeroAddress, type Address, type Hex } from "viem";
import {
  encodeGrant,
  hashOrder,
  hashScope,
  hashSession,
  packOrder,
  sessionManagerAbi,
  sortScopes,
  toScopesRoot,
  type Limit,
  type Order,
  type Scope,
  type Session,
} from "@latchkey/sdk";
import { createChain } from "../../test/interop/support/chain.ts";
import { createAccounts, type GasAccount } from "./createAccounts.ts";
import { createAccountKey, toSessionKey, type SessionKey } from "./createSessionKeys.ts";

export const day = 86_400;
/** All measurements happen around it, so that dates have as many zero bytes each time. */
const start = 1_999_999_999;

export type GasBench = Awaited<ReturnType<typeof createGasBench>>;
export type Granted = { account: GasAccount; key: SessionKey; session: Session; scopes: readonly Scope[] };
export type Use = { scope: Scope; value?: bigint; data?: Hex };
/** What an order carries beside its signature. */
export type Proofs = { lease?: Hex; approval?: Hex };
export type ProofsOf = (order: Order, granted: Granted) => Promise<Proofs>;

type GrantOptions = {
  limits: readonly Limit[];
  scopes: readonly Scope[];
  /** Default: a new secp256k1 key. */
  key?: SessionKey;
  session?: Partial<Session>;
};
type UseOptions = { by?: "relayer" | "key"; proofs?: ProofsOf };

/** Latchkey on a fresh chain, and what a measurement takes: accounts, sessions, orders, each a transaction of its own. */
export async function createGasBench() {
  const chain = await createChain();
  await chain.networkHelpers.time.increaseTo(start);
  const folder = "artifacts/contracts";
  const manager = await chain.deploy(`${folder}/SessionManager.sol/SessionManager.json`, [
    await chain.deploy(`${folder}/SessionGrants.sol/SessionGrants.json`),
    await chain.deploy(`${folder}/SessionControl.sol/SessionControl.json`),
  ]);
  const owner = createAccountKey(1);
  const relayer = createAccountKey(2).address;
  for (const address of [owner.address, relayer]) await chain.networkHelpers.setBalance(address, 10n ** 21n);
  const accounts = await createAccounts(chain, manager, owner);
  const domain = { chainId: await chain.publicClient.getChainId(), manager };
  let keys = 10_000;

  async function send(from: Address, to: Address, data: Hex = "0x", value = 0n): Promise<bigint> {
    return (await chain.send(from, to, data, value)).gasUsed;
  }

  async function prepare(account: GasAccount, options: GrantOptions): Promise<Granted> {
    const scopes = sortScopes(options.scopes);
    const key = options.key ?? toSessionKey(createAccountKey((keys += 1)));
    const { epoch } = await chain.publicClient.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "accountStateOf",
      args: [account.address],
    });
    const session: Session = {
      account: account.address,
      accountKind: account.kind,
      signer: key.signer,
      validAfter: start,
      validUntil: start + 30 * day,
      maxOrders: 10_000,
      minInterval: 0,
      epoch,
      relayer: zeroAddress,
      sentinel: zeroAddress,
      sentinelMayRevoke: false,
      leaseTtl: 0,
      approver: "0x",
      revokeOnMisuse: false,
      scopesRoot: toScopesRoot(scopes),
      salt: numberToHex(0, { size: 32 }),
      limits: options.limits,
      ...options.session,
    };
    return { account, key, session, scopes };
  }

  /** Grants by the owner through the account. */
  async function grant(account: GasAccount, options: GrantOptions): Promise<Granted & { gas: bigint }> {
    const granted = await prepare(account, options);
    return { ...granted, gas: await account.act(manager, encodeGrant(granted)) };
  }

  function toOrder(granted: Granted, nonce: number, uses: readonly Use[]): Order {
    return {
      sessionId: hashSession(granted.session),
      nonce,
      deadline: start + day - 1,
      gasLimit: 300_000 * Math.max(1, uses.length),
      calls: uses.map(({ scope, value = 0n, data = "0x" }) => ({
        target: scope.target,
        value,
        data,
        scope: hashScope(scope),
      })),
    };
  }

  /** The order's bytes, without signature if the key itself is to submit them. */
  async function toPackedOrder(
    granted: Granted,
    nonce: number,
    uses: readonly Use[],
    { by = "relayer", proofs }: UseOptions = {},
  ): Promise<Hex> {
    const order = toOrder(granted, nonce, uses);
    const signature = by === "key" ? "0x" : await granted.key.sign(hashOrder(order, domain));
    const { session, scopes } = granted;
    return packOrder({ order, session, scopes, signature, ...(await proofs?.(order, granted)) });
  }

  /** The gas of the third of three equal uses of a session. */
  async function measureThird(granted: Granted, uses: readonly Use[], options: UseOptions = {}): Promise<bigint> {
    const from = options.by === "key" ? slice(granted.key.signer, 0, 20) : relayer;
    let gas = 0n;
    for (const nonce of [0, 1, 2]) {
      const args = [await toPackedOrder(granted, nonce, uses, options)] as const;
      gas = await send(from, manager, encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args }));
    }
    return gas;
  }

  /** Fails unless every order of the batch runs. */
  async function executeBatch(orders: readonly Hex[]): Promise<bigint> {
    const request = { address: manager, abi: sessionManagerAbi, functionName: "executeBatch", args: [orders] } as const;
    const { result } = await chain.publicClient.simulateContract({ account: relayer, ...request, gas: 15_000_000n });
    const failed = result.find((selector) => hexToNumber(selector) !== 0);
    if (failed !== undefined) throw new Error(`An order of the batch fails with ${failed}`);
    return send(relayer, manager, encodeFunctionData(request));
  }

  return {
    chain,
    manager,
    owner,
    relayer,
    domain,
    start,
    accounts,
    send,
    prepare,
    grant,
    toOrder,
    toPackedOrder,
    measureThird,
    executeBatch,
  };
}
