import {
  createSession,
  encodeAccountExecute,
  encodeGrant,
  hashOrder,
  hashScope,
  hashSession,
  sessionAccountFactoryAbi,
  sessionManagerAbi,
  signOrder,
  templates,
  toPaymentCall,
  toSignedOrderJson,
  type Call,
  type Order,
  type Scope,
  type Session,
  type SessionInput,
  type SignedOrderJson,
} from "@latchkey/sdk";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  encodeFunctionData,
  pad,
  parseAbi,
  parseEther,
  parseGwei,
  toHex,
  type Address,
  type Hex,
  type LocalAccount,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { sessionKeys } from "./api.ts";
import type { RelayerEnv } from "./runRelayer.ts";
import { startChain, type TestChain } from "./startChain.ts";
import { createSharedDatabase, type TestDatabase } from "./startPostgres.ts";

/** Where payments of `GrantedSession.createOrder` go. */
export const recipient: Address = "0x000000000000000000000000000000000000bEEF";
export const day = 86_400;

export type SignedTestOrder = { order: Order; orderHash: Hex; body: SignedOrderJson };

export type GrantedSession = {
  sessionId: Hex;
  session: Session;
  scopes: readonly Scope[];
  key: LocalAccount;
  /** The call of a payment of `amount` to `recipient`. */
  createCall: (amount: bigint) => Call;
  /** A payment of `amount`, default 1, with what `changes` says otherwise; signed after the changes. */
  createOrder: (changes: OrderChanges) => Promise<SignedTestOrder>;
};

export type OrderChanges = Partial<Order> & {
  nonce: number;
  amount?: bigint;
  /** Who signs, and for which chain: defaults to the session key and this chain. */
  signer?: LocalAccount;
  chainId?: number;
};

export type World = {
  chain: TestChain;
  manager: Address;
  token: Address;
  createAccount: () => Promise<Address>;
  /** As many accounts as `inputs`, each with one session, in full blocks. */
  createSessions: (inputs: readonly Partial<SessionInput>[]) => Promise<GrantedSession[]>;
  /** Calls from the account, as its owner wants. */
  callAsAccount: (account: Address, data: Hex, options?: { isUrgent?: boolean }) => Promise<void>;
  grant: (account: Address, input?: Partial<SessionInput>) => Promise<GrantedSession>;
  /** The same session without telling the chain. */
  draft: (account: Address, input?: Partial<SessionInput>) => Promise<GrantedSession>;
  balanceOf: (holder: Address) => Promise<bigint>;
  /** How often each order has run, by the chain's own events. */
  countRuns: () => Promise<Map<Hex, number>>;
  /**
   * Environment of a relayer of this chain, with a fresh database each time: of the Postgres that the test run shares, where
   * there is one and `isEmbedded` is not set; otherwise a PGlite.
   */
  createEnv: (changes?: RelayerEnv, options?: { isEmbedded?: boolean }) => Promise<RelayerEnv>;
  stop: () => Promise<void>;
};

const tokenAbi = parseAbi([
  "function mint(address to, uint256 amount)",
  "function balanceOf(address holder) view returns (uint256)",
]);

/** Enough to make an account, or to grant a session. */
const accountGas = 500_000n;
const createdAtOnce = 100;
const blocksAtOnce = 20n;

/** Goes before everything else that waits. */
const urgentFees = { maxFeePerGas: parseGwei("200"), maxPriorityFeePerGas: parseGwei("100"), gas: 1_000_000n };

/** A chain with Latchkey, a token, and an owner who creates accounts and sessions. */
export async function createWorld(chainArgs: readonly string[] = []): Promise<World> {
  const chain = await startChain(chainArgs);
  try {
    return await fillWorld(chain);
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

async function fillWorld(chain: TestChain): Promise<World> {
  const parts = [await chain.deploy("SessionGrants"), await chain.deploy("SessionControl")];
  const manager = await chain.deploy("SessionManager", parts);
  const implementation = await chain.deploy("accounts/SessionAccount", [manager]);
  const factory = await chain.deploy("accounts/SessionAccountFactory", [implementation]);
  const token = await chain.deploy("test/DemoToken", ["Demo", "DEMO", 18]);
  const folders: string[] = [];
  const databases: TestDatabase[] = [];
  let salts = 0n;
  const { chainId } = chain;
  const domain = { chainId, manager };

  const toCall = (account: Address, data: Hex) => ({
    to: account,
    data: encodeAccountExecute([{ target: manager, data }]),
  });
  const callAsAccount: World["callAsAccount"] = (account, data, { isUrgent = false } = {}) =>
    chain.send("owner", { ...toCall(account, data), ...(isUrgent && urgentFees) });

  /** Where an account of the owner's will be, and what makes it and gives it tokens and ether. */
  async function draftAccount() {
    salts += 1n;
    const owner = chain.accounts.owner.account.address;
    const args = [owner, pad(toHex(salts), { size: 32 })] as const;
    const abi = sessionAccountFactoryAbi;
    const account = await chain.client.readContract({ address: factory, abi, functionName: "getAddress", args });
    const create = encodeFunctionData({ abi, functionName: "createAccount", args });
    const mint = encodeFunctionData({ abi: tokenAbi, functionName: "mint", args: [account, parseEther("1000000")] });
    const transactions = [
      { to: factory, data: create, gas: accountGas },
      { to: token, data: mint, gas: 100_000n },
      { to: account, value: parseEther("10"), gas: 50_000n },
    ];
    return { account, transactions };
  }

  const draft: World["draft"] = async (account, input = {}) => {
    const key = privateKeyToAccount(generatePrivateKey());
    const now = await chain.getTime();
    const { scopes: payments, limits } = templates.payment({
      token,
      recipients: [recipient],
      amount: parseEther("1000"),
      period: 0,
    });
    salts += 1n;
    const { session, scopes } = createSession({
      account,
      signer: key.address,
      validAfter: now,
      validUntil: now + 30 * day,
      maxOrders: 10_000,
      limits,
      scopes: payments,
      salt: pad(toHex(salts), { size: 32 }),
      ...input,
    });
    const sessionId = hashSession(session);
    sessionKeys.set(sessionId, key);
    const payment = scopes.find(({ target }) => target === token) ?? scopes[0];
    if (payment === undefined) throw new Error("A session has scopes");
    const createCall: GrantedSession["createCall"] = (amount) => ({
      ...toPaymentCall({ token, recipient, amount }),
      scope: hashScope(payment),
    });
    return {
      sessionId,
      session,
      scopes,
      key,
      createCall,
      async createOrder({ amount = 1n, signer = key, chainId: signedChainId = chainId, ...changes }) {
        const order: Order = {
          sessionId,
          deadline: (await chain.getTime()) + 3_600,
          gasLimit: 300_000,
          calls: [createCall(amount)],
          ...changes,
        };
        const signature = await signOrder({ order, signer, manager, chainId: signedChainId });
        return { order, orderHash: hashOrder(order, domain), body: toSignedOrderJson({ order, signature }) };
      },
    };
  };

  return {
    chain,
    manager,
    token,
    async createAccount() {
      const { account, transactions } = await draftAccount();
      for (const transaction of transactions) await chain.send("owner", transaction);
      return account;
    },
    async createSessions(inputs) {
      const sessions: GrantedSession[] = [];
      for (let at = 0; at < inputs.length; at += createdAtOnce) {
        const drafts = await Promise.all(
          inputs.slice(at, at + createdAtOnce).map(async (input) => {
            const { account, transactions } = await draftAccount();
            const session = await draft(account, input);
            return {
              session,
              transactions: [...transactions, { ...toCall(account, encodeGrant(session)), gas: accountGas }],
            };
          }),
        );
        await chain.sendAll(
          "owner",
          drafts.flatMap(({ transactions }) => transactions),
        );
        sessions.push(...drafts.map(({ session }) => session));
      }
      return sessions;
    },
    callAsAccount,
    draft,
    async grant(account, input) {
      const granted = await draft(account, input);
      await callAsAccount(account, encodeGrant(granted));
      return granted;
    },
    balanceOf: (holder) =>
      chain.client.readContract({ address: token, abi: tokenAbi, functionName: "balanceOf", args: [holder] }),
    async countRuns() {
      const counts = new Map<Hex, number>();
      const newest = await chain.client.getBlockNumber({ cacheTime: 0 });
      // Full blocks of orders have more logs than one answer may have.
      for (let from = 0n; from <= newest; from += blocksAtOnce) {
        const logs = await chain.client.getContractEvents({
          address: manager,
          abi: sessionManagerAbi,
          eventName: "OrderExecuted",
          fromBlock: from,
          toBlock: from + blocksAtOnce - 1n,
          strict: true,
        });
        for (const { args } of logs) counts.set(args.orderHash, (counts.get(args.orderHash) ?? 0) + 1);
      }
      return counts;
    },
    async createEnv(changes = {}, { isEmbedded = false } = {}) {
      const folder = await mkdtemp(join(tmpdir(), "latchkey-relayer-"));
      folders.push(folder);
      const database = isEmbedded || "DATABASE_URL" in changes ? undefined : await createSharedDatabase();
      if (database !== undefined) databases.push(database);
      return {
        RPC_URL: chain.url,
        CHAIN_ID: String(chainId),
        MANAGER_ADDRESS: manager,
        HOT_WALLET_PRIVATE_KEY: chain.accounts.relayer.privateKey,
        DATA_DIR: folder,
        ...(database !== undefined && { DATABASE_URL: database.url }),
        ACCESS: "open",
        POLL_INTERVAL_MS: "100",
        BATCH_MAX_AGE_MS: "20",
        LANE_LEASE_MS: "1500",
        ...changes,
      };
    },
    async stop() {
      await chain.stop();
      for (const { drop } of databases) await drop();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}
