import { createScope, hashOrder, toSignedOrderJson, signOrder, type Order } from "@latchkey/sdk";
import {
  encodeFunctionData,
  erc20Abi,
  hexToBytes,
  keccak256,
  numberToHex,
  parseEther,
  bytesToHex,
  type Address,
  type Hex,
} from "viem";
import { mnemonicToAccount, type HDAccount } from "viem/accounts";
import { createWorld, type GrantedSession, type World } from "../test/support/createWorld.ts";

export type BenchOrder = { orderHash: Hex; body: string };

export type BenchWorld = World & {
  sessions: readonly GrantedSession[];
  /** Hot wallets of the relayers, and as many others that send transfers of their own. */
  hotWallets: readonly HDAccount[];
  rawWallets: readonly HDAccount[];
  /** The next `count` orders, evenly of all sessions: transfers, each to someone who holds none of the token. */
  signOrders: (count: number) => Promise<BenchOrder[]>;
  /** Someone new, each time. */
  createRecipient: () => Address;
};

/** The phrase that anvil funds on every local chain. */
const mnemonic = "test test test test test test test test test test test junk";
const walletsAt = 4;
const day = 86_400;
/** Gas that an order signs; measured: it uses about 60,000 of it. */
const gasLimit = 80_000;

/** A chain with `accountCount` accounts, each with one session whose key may transfer the token under a daily limit. */
export async function createBenchWorld({
  accountCount,
  walletCount,
}: {
  accountCount: number;
  walletCount: number;
}): Promise<BenchWorld> {
  const accounts = String(walletsAt + 2 * walletCount);
  // Every account is given ten ether.
  const balance = String(10_000 + 20 * accountCount);
  const world = await createWorld(["--gas-limit", "30000000", "--accounts", accounts, "--balance", balance]);
  try {
    const scope = createScope({
      target: world.token,
      function: "transfer(address,uint256)",
      rules: [{ op: "atMost", argument: 1, values: [parseEther("1")] }],
    });
    const sessions: GrantedSession[] = [];
    for (let count = 0; count < accountCount; count += 1) {
      const account = await world.createAccount();
      sessions.push(
        await world.grant(account, {
          scopes: [scope],
          limits: [{ token: world.token, amount: parseEther("100000"), period: day }],
        }),
      );
    }
    const toWallets = (from: number) =>
      Array.from({ length: walletCount }, (_, index) => mnemonicToAccount(mnemonic, { addressIndex: from + index }));
    const domain = { chainId: world.chain.chainId, manager: world.manager };
    const deadline = (await world.chain.getTime()) + day;
    let recipients = 0;
    let nonce = 0;
    let at = 0;
    const createRecipient = (): Address => {
      recipients += 1;
      return bytesToHex(hexToBytes(keccak256(numberToHex(recipients))).slice(12));
    };

    async function signNext(): Promise<BenchOrder> {
      const session = sessions[at];
      if (session === undefined) throw new Error("There are sessions");
      const call = session.createCall(1n);
      const args = [createRecipient(), 1n] as const;
      const data = encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args });
      const order: Order = { sessionId: session.sessionId, nonce, deadline, gasLimit, calls: [{ ...call, data }] };
      at = (at + 1) % sessions.length;
      if (at === 0) nonce += 1;
      const signature = await signOrder({ order, signer: session.key, ...domain });
      return { orderHash: hashOrder(order, domain), body: JSON.stringify(toSignedOrderJson({ order, signature })) };
    }

    return {
      ...world,
      sessions,
      hotWallets: toWallets(walletsAt),
      rawWallets: toWallets(walletsAt + walletCount),
      createRecipient,
      async signOrders(count) {
        const orders: BenchOrder[] = [];
        for (let index = 0; index < count; index += 1) orders.push(await signNext());
        return orders;
      },
    };
  } catch (error) {
    await world.stop();
    throw error;
  }
}
