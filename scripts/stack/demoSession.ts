import {
  createSession,
  encodeAccountExecute,
  encodeGrant,
  hashSession,
  type Scope,
  type Session,
  sessionAccountFactoryAbi,
  templates,
} from "@latchkey/sdk";
import { type Address, encodeFunctionData, type Hex, parseAbi, parseEther, parseUnits, zeroHash } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { UniswapDeployment } from "../deployUniswap.ts";
import type { LocalChain } from "./localChain.ts";

export type LatchkeyAddresses = { sessionManager: Address; sessionAccount: Address; sessionAccountFactory: Address };

export type DemoSession = {
  sessionId: Hex;
  session: Session;
  scopes: readonly Scope[];
  key: { address: Address; privateKey: Hex };
};

const dollars = (amount: string): bigint => parseUnits(amount, 6);

/** What may leave the account in ten minutes. */
export const dollarsPerPeriod = dollars("1000");
const periodSeconds = 600;
const deposit = dollars("25000");
const tokenAbi = parseAbi(["function mint(address to, uint256 amount)"]);

/** Creates the demo owner's account and puts 25,000 dUSD and 1 ETH into it; the owner gets as much to play with. */
export async function createDemoAccount(deps: {
  chain: LocalChain;
  latchkey: LatchkeyAddresses;
  uniswap: UniswapDeployment;
}): Promise<Address> {
  const { chain, latchkey, uniswap } = deps;
  const owner = chain.accounts.owner.account;
  const factory = { address: latchkey.sessionAccountFactory, abi: sessionAccountFactoryAbi } as const;
  const account = await chain.publicClient.readContract({
    ...factory,
    functionName: "getAddress",
    args: [owner.address, zeroHash],
  });
  const create = encodeFunctionData({ ...factory, functionName: "createAccount", args: [owner.address, zeroHash] });
  const mintTo = (to: Address) => ({
    to: uniswap.tokens.dollar.address,
    data: encodeFunctionData({ abi: tokenAbi, functionName: "mint", args: [to, deposit] }),
  });
  await chain.send("owner", [{ to: factory.address, data: create }, mintTo(account), mintTo(owner.address)]);
  await chain.send("owner", [{ to: account, value: parseEther("1") }]);
  return account;
}

/**
 * Grants a fresh key the right to sell dUSD for dETH on Uniswap and to pay dUSD to the owner, for a week, together
 * 1,000 dUSD in ten minutes at most.
 */
export async function grantDemoSession(deps: {
  chain: LocalChain;
  latchkey: LatchkeyAddresses;
  uniswap: UniswapDeployment;
  account: Address;
}): Promise<DemoSession> {
  const { chain, latchkey, uniswap, account } = deps;
  const privateKey = generatePrivateKey();
  const { address } = privateKeyToAccount(privateKey);
  const now = Number((await chain.publicClient.getBlock()).timestamp);
  const swap = templates.uniswapSwap({
    router: uniswap.router,
    tokenIn: uniswap.tokens.dollar.address,
    tokenOut: uniswap.tokens.ether.address,
    fee: uniswap.fee,
    account,
    amount: dollarsPerPeriod,
    period: periodSeconds,
  });
  // Its spend counts under the limit of the swaps.
  const payment = templates.payment({
    token: uniswap.tokens.dollar.address,
    recipients: [chain.accounts.owner.account.address],
    amount: dollarsPerPeriod,
    period: periodSeconds,
  });
  const week = 7 * 24 * 3600;
  const { session, scopes } = createSession({
    account,
    signer: address,
    validAfter: now,
    validUntil: now + week,
    maxOrders: 100_000,
    scopes: [...swap.scopes, ...payment.scopes],
    limits: swap.limits,
  });
  const grant = { target: latchkey.sessionManager, data: encodeGrant({ session, scopes }) };
  await chain.send("owner", [{ to: account, data: encodeAccountExecute([grant]) }]);
  return { sessionId: hashSession(session), session, scopes, key: { address, privateKey } };
}
