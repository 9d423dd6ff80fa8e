import { type Address, type Hex, type TransactionReceipt } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  encodeAccountExecute,
  packSession,
  sessionAccountFactoryAbi,
  sessionManagerAbi,
  toErrorSentence,
  toSessionStatus,
  toWord,
  type Session,
  type SessionStatus,
} from "../../src/index.ts";
import { startChain, type TestChain } from "./startChain.ts";

export type TestLatchkey = {
  chain: TestChain;
  chainId: number;
  manager: Address;
  /** The code of accounts: of clones, or of EOAs under EIP-7702. */
  implementation: Address;
  /** A clone that `chain.owner` owns. */
  account: Address;
  /** Resolves with the receipt; throws if the transaction failed. */
  mine: (hash: Hex) => Promise<TransactionReceipt>;
  /** The account calls the manager. */
  callAsAccount: (data: Hex) => Promise<TransactionReceipt>;
  /** Anyone calls the manager. */
  submit: (data: Hex) => Promise<TransactionReceipt>;
  /** `key`, or whoever, calls the manager from an address of its own. */
  submitAs: (key: Hex, data: Hex) => Promise<TransactionReceipt>;
  /** Name and arguments of the error of a call, or nothing if it succeeds. */
  getError: (call: { data: Hex; from: Address }) => Promise<{ error: string; args: readonly unknown[] } | undefined>;
  getStatus: (session: Session) => Promise<SessionStatus>;
  getAccountState: () => Promise<{ epoch: number; paused: boolean; controlNonce: number; guardian: Address }>;
  /** Seconds since the Unix epoch, by the newest block. */
  getNow: () => Promise<number>;
};

/** The contracts on a node of their own, with one account. */
export async function startLatchkey(): Promise<TestLatchkey> {
  const chain = await startChain();
  const { client, owner, deploy } = chain;
  const manager = await deploy("SessionManager", [await deploy("SessionGrants"), await deploy("SessionControl")]);
  const implementation = await deploy("accounts/SessionAccount", [manager]);
  const factory = await deploy("accounts/SessionAccountFactory", [implementation]);
  const args = [owner.account.address, toWord(0n)] as const;
  const request = { address: factory, abi: sessionAccountFactoryAbi, functionName: "createAccount", args } as const;
  const { result: account } = await client.simulateContract({ ...request, account: owner.account });

  async function mine(hash: Hex): Promise<TransactionReceipt> {
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`The transaction ${hash} failed`);
    return receipt;
  }
  await mine(await owner.writeContract(request));

  const gas = 2_000_000n;
  return {
    chain,
    chainId: await client.getChainId(),
    manager,
    implementation,
    account,
    mine,
    callAsAccount: async (data) =>
      mine(await owner.sendTransaction({ to: account, data: encodeAccountExecute([{ target: manager, data }]) })),
    submit: async (data) => mine(await owner.sendTransaction({ to: manager, data, gas })),
    async submitAs(key, data) {
      const sender = privateKeyToAccount(key);
      await mine(await owner.sendTransaction({ to: sender.address, value: 10n ** 17n }));
      return mine(await owner.sendTransaction({ account: sender, to: manager, data, gas }));
    },
    async getError({ data, from }) {
      const outcome = await client.call({ to: manager, data, account: from }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (outcome === undefined) return undefined;
      if (!(outcome instanceof Error)) throw new Error("viem throws errors");
      const { name, args: errorArgs } = toErrorSentence(outcome);
      return { error: name, args: errorArgs };
    },
    async getStatus(session) {
      const view = { address: manager, abi: sessionManagerAbi, args: [packSession(session)] } as const;
      return toSessionStatus((await client.readContract({ ...view, functionName: "stateOf" })).status);
    },
    getAccountState: () =>
      client.readContract({
        address: manager,
        abi: sessionManagerAbi,
        functionName: "accountStateOf",
        args: [account],
      }),
    getNow: async () => Number((await client.getBlock()).timestamp),
  };
}
