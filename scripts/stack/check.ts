import {
  createLatchkeyClient,
  createScope,
  encodeAccountExecute,
  encodeRevoke,
  hashScope,
  type LatchkeyClient,
  type Order,
  packOrder,
  packSession,
  RelayerProblemError,
  type Scope,
  sessionManagerAbi,
  signOrder,
  toErrorSentence,
  toUniswapSwapCall,
  unpackOrder,
} from "@latchkey/sdk";
import {
  type Address,
  decodeFunctionData,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  isAddressEqual,
  parseEventLogs,
  parseUnits,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { dollarsPerPeriod } from "./demoSession.ts";
import type { Stack } from "./startStack.ts";
import { waitUntil } from "./waitUntil.ts";

export type CheckResult = {
  swapsConfirmed: number;
  cases: string[];
  /** The contract's error for each case. */
  refusedByContract: string[];
  /** The relayer's problem code for each case. */
  refusedByRelayer: string[];
  /** What the errors and problems say, a sentence each. */
  sentences: { contract: string[]; relayer: string[] };
};

type SignedOrder = { order: Order; signature: Hex; packed: Hex };
type Swap = { transactionHash: Hex; orderHash: Hex };

const swapsWanted = 3;
const gasLimit = 500_000;

/** The orders of the demo session that the relayer has had executed. */
async function listSwaps({ chain, addresses, session }: Stack): Promise<Swap[]> {
  const logs = await chain.publicClient.getContractEvents({
    address: addresses.sessionManager,
    abi: sessionManagerAbi,
    eventName: "OrderExecuted",
    args: { sessionId: session.sessionId },
    fromBlock: 0n,
    strict: true,
  });
  return logs.map(({ transactionHash, args }) => ({ transactionHash, orderHash: args.orderHash }));
}

/** The signed order, as the relayer sent it to the contract. */
async function readPackedOrder({ chain, session }: Stack, swap: Swap): Promise<Hex> {
  const { from, input } = await chain.publicClient.getTransaction({ hash: swap.transactionHash });
  if (!isAddressEqual(from, chain.accounts.relayer.account.address)) {
    throw new Error(`The swap in ${swap.transactionHash} was not sent by the relayer`);
  }
  const { functionName, args } = decodeFunctionData({ abi: sessionManagerAbi, data: input });
  const packed = functionName === "executeBatch" ? args[0] : functionName === "execute" ? [args[0]] : [];
  const found = packed.find((order) => unpackOrder(order).order.sessionId === session.sessionId);
  if (!found) throw new Error(`Transaction ${swap.transactionHash} holds no order of the session`);
  return found;
}

async function waitForSwaps(stack: Stack): Promise<Swap[]> {
  const swaps = await waitUntil({
    what: `${swapsWanted} swaps of the bot; its last lines:\n${stack.bot?.getLog().join("\n") ?? ""}`,
    probe: async () => {
      const found = await listSwaps(stack);
      return found.length >= swapsWanted ? found : undefined;
    },
    timeoutMs: 90_000,
    until: stack.crashed,
  });
  const { account, chain, uniswap } = stack;
  const bought = await chain.publicClient.readContract({
    address: uniswap.tokens.ether.address,
    abi: erc20Abi,
    functionName: "balanceOf",
    args: [account],
  });
  if (bought === 0n) throw new Error("The swaps brought the account nothing");
  return swaps;
}

function createOrders(stack: Stack) {
  const { account, addresses, chain, session, uniswap } = stack;
  const { dollar, ether } = uniswap.tokens;
  const signer = privateKeyToAccount(session.key.privateKey);
  const domain = { chainId: chain.chainId, manager: addresses.sessionManager };

  const sign = async (nonce: number, scope: Scope, data: Hex): Promise<SignedOrder> => {
    const { timestamp } = await chain.publicClient.getBlock();
    const order: Order = {
      sessionId: session.sessionId,
      nonce,
      deadline: Number(timestamp) + 300,
      gasLimit,
      calls: [{ target: scope.target, value: 0n, data, scope: hashScope(scope) }],
    };
    const signature = await signOrder({ order, signer, ...domain });
    const scopes = session.scopes.includes(scope) ? session.scopes : [scope];
    return { order, signature, packed: packOrder({ order, session: session.session, scopes, signature }) };
  };
  const getScope = (target: Address): Scope => {
    const scope = session.scopes.find((candidate) => isAddressEqual(candidate.target, target));
    if (!scope) throw new Error(`The demo session has no scope for ${target}`);
    return scope;
  };
  const toTransfer = (to: Address, amount: bigint) =>
    encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [to, amount] });

  return {
    /** A swap as the bot makes them. */
    signSwap: (nonce: number, amountIn: bigint) => {
      const pool = { router: uniswap.router, tokenIn: dollar.address, tokenOut: ether.address, fee: uniswap.fee };
      const { data } = toUniswapSwapCall({ ...pool, account, amountIn, amountOutMin: 0n });
      return sign(nonce, getScope(uniswap.router), data);
    },
    /** A payment to the owner, which the session allows up to its limit. */
    signPayment: (nonce: number, amount: bigint) =>
      sign(nonce, getScope(dollar.address), toTransfer(chain.accounts.owner.account.address, amount)),
    /** One dUSD to a stranger, under a scope that nobody granted. */
    signTheft: (nonce: number) => {
      const scope = createScope({ target: dollar.address, function: "transfer(address,uint256)" });
      const amount = parseUnits("1", dollar.decimals);
      return sign(nonce, scope, toTransfer(chain.accounts.stranger.account.address, amount));
    },
  };
}

/** Sends the order straight to the contract, from an account that has nothing to do with it, and wants it to revert. */
async function refuseByContract(
  { addresses, chain, uniswap }: Stack,
  packed: Hex,
): Promise<{ name: string; sentence: string }> {
  const call = {
    address: addresses.sessionManager,
    abi: sessionManagerAbi,
    functionName: "execute",
    args: [packed],
  } as const;
  const stranger = chain.accounts.stranger.account;
  const tokens = Object.values(uniswap.tokens);
  const refusal = await chain.publicClient.simulateContract({ ...call, account: stranger }).then(
    () => undefined,
    (error: unknown) => toErrorSentence(error instanceof Error ? error : new Error(String(error)), { tokens }),
  );
  if (!refusal) throw new Error("The contract would execute an order it must refuse");
  // With gas given, so that the transaction is mined and fails on the chain too.
  const hash = await chain.getWalletClient("stranger").writeContract({ ...call, gas: 1_500_000n });
  const receipt = await chain.publicClient.waitForTransactionReceipt({ hash, timeout: 30_000 });
  if (receipt.status !== "reverted") throw new Error(`The contract executed an order it must refuse (${hash})`);
  if (parseEventLogs({ abi: sessionManagerAbi, logs: receipt.logs }).length > 0) throw new Error("A revert left logs");
  return refusal;
}

async function refuseByRelayer(
  client: LatchkeyClient,
  { order, signature }: SignedOrder,
): Promise<{ name: string; sentence: string }> {
  try {
    const { orderHash } = await client.submitSignedOrder({ order, signature });
    throw new Error(`The relayer accepted order ${orderHash}, which it must refuse`);
  } catch (error) {
    if (!(error instanceof RelayerProblemError)) throw error;
    return { name: error.code, sentence: error.detail ?? error.title };
  }
}

/** The session's next nonce, once the relayer has nothing of it under way any more. */
async function settleNonce(client: LatchkeyClient, { addresses, chain, session }: Stack): Promise<number> {
  return waitUntil({
    what: "the bot's last order to be final",
    probe: async () => {
      const { nextNonce } = await client.getSession(session.sessionId);
      const state = await chain.publicClient.readContract({
        address: addresses.sessionManager,
        abi: sessionManagerAbi,
        functionName: "stateOf",
        args: [packSession(session.session)],
      });
      return state.nextNonce === nextNonce ? nextNonce : undefined;
    },
    timeoutMs: 20_000,
  });
}

/**
 * Lets the bot make three swaps through the relayer, then shows that an order over the limit, one outside the scope, one
 * replayed and one after revocation are each refused, by the contract when sent straight to it and by the relayer.
 */
export async function runCheck(deps: { stack: Stack; onProgress: (sentence: string) => void }): Promise<CheckResult> {
  const { stack, onProgress } = deps;
  const { account, addresses, chain, session, uniswap } = stack;
  const client = createLatchkeyClient({
    relayerUrl: stack.urls.relayer,
    chainId: chain.chainId,
    manager: addresses.sessionManager,
    sessionKey: privateKeyToAccount(session.key.privateKey),
  });
  const getBalance = () =>
    chain.publicClient.readContract({
      address: uniswap.tokens.dollar.address,
      abi: erc20Abi,
      functionName: "balanceOf",
      args: [account],
    });

  onProgress(`Waiting for ${swapsWanted} swaps of the bot …`);
  await waitForSwaps(stack);
  await stack.bot?.stop();
  const nonce = await settleNonce(client, stack);
  const swaps = await listSwaps(stack);
  const [firstSwap] = swaps;
  if (!firstSwap) throw new Error("The swaps are gone");
  onProgress(`The bot made ${swaps.length} swaps. Now orders that must be refused:`);

  const orders = createOrders(stack);
  const balance = await getBalance();
  const small = parseUnits("1", uniswap.tokens.dollar.decimals);
  const result: CheckResult = {
    swapsConfirmed: swaps.length,
    cases: [],
    refusedByContract: [],
    refusedByRelayer: [],
    sentences: { contract: [], relayer: [] },
  };
  const expectRefused = async (name: string, toContract: Hex, toRelayer: SignedOrder) => {
    const byContract = await refuseByContract(stack, toContract);
    const byRelayer = await refuseByRelayer(client, toRelayer);
    result.cases.push(name);
    result.refusedByContract.push(byContract.name);
    result.refusedByRelayer.push(byRelayer.name);
    result.sentences.contract.push(byContract.sentence);
    result.sentences.relayer.push(byRelayer.sentence);
    onProgress(`  ${name}: contract ${byContract.name}, relayer ${byRelayer.name}`);
  };

  const tooMuch = await orders.signPayment(nonce, dollarsPerPeriod + 1n);
  await expectRefused("over its limit", tooMuch.packed, tooMuch);

  const theft = await orders.signTheft(nonce);
  await expectRefused("outside its scope", theft.packed, theft);

  const executed = await readPackedOrder(stack, firstSwap);
  const sameNonce = await orders.signSwap(unpackOrder(executed).order.nonce, small);
  await expectRefused("replayed", executed, sameNonce);

  const revoke = { target: addresses.sessionManager, data: encodeRevoke(session.session) };
  await chain.send("owner", [{ to: account, data: encodeAccountExecute([revoke]) }]);
  await waitUntil({
    what: "the relayer to see the revocation",
    probe: async () => ((await client.getSession(session.sessionId)).status === "revoked" ? true : undefined),
    timeoutMs: 20_000,
  });
  const late = await orders.signSwap(nonce, small);
  await expectRefused("after revocation", late.packed, late);

  if ((await getBalance()) !== balance) throw new Error("A refused order moved the account's money");
  return result;
}
