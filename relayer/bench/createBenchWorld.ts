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
import { load } from "./load.ts";

export type BenchOrder = { orderHash: Hex; body: string };

/** What transfers without a relayer take. */
export type TransferWorld = Pick<World, "chain" | "token"> & {
  /** Send transfers of their own. */
  rawWallets: readonly HDAccount[];
  /** Someone new, each time. */
  createRecipient: () => Address;
};

export type BenchWorld = World &
  TransferWorld & {
    sessions: readonly GrantedSession[];
    /** Of the relayers. */
    hotWallets: readonly HDAccount[];
    /** The next `count` orders, evenly of all sessions: transfers, each to someone who holds none of the token. */
    signOrders: (count: number) => Promise<BenchOrder[]>;
  };

/** The phrase that anvil funds on every local chain. */
const mnemonic = "test test test test test test test test test test test junk";
const walletsAt = 4;
const day = 86_400;
/** Gas that an order signs; measured: it uses about 60,000 of it. */
const gasLimit = 80_000;

/** Wallets that anvil funds, none of them the demo's; if it was told to fund so many. */
export function toWallets({ count, from }: { count: number; from: number }): HDAccount[] {
  return Array.from({ length: count }, (_, index) =>
    mnemonicToAccount(mnemonic, { addressIndex: walletsAt + from + index }),
  );
}

export function toPrivateKey(wallet: HDAccount): Hex {
  const { privateKey } = wallet.getHdKey();
  if (!privateKey) throw new Error("A wallet has no key");
  return bytesToHex(privateKey);
}

export function createRecipients(): () => Address {
  let recipients = 0;
  return () => {
    recipients += 1;
    return bytesToHex(hexToBytes(keccak256(numberToHex(recipients))).slice(12));
  };
}

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
  const world = await createWorld([...load.nodeArgs, "--accounts", accounts, "--balance", balance]);
  try {
    const scope = createScope({
      target: world.token,
      function: "transfer(address,uint256)",
      rules: [{ op: "atMost", argument: 1, values: [parseEther("1")] }],
    });
    const limits = [{ token: world.token, amount: parseEther("100000"), period: day }];
    const sessions = await world.createSessions(
      Array.from({ length: accountCount }, () => ({ scopes: [scope], limits })),
    );
    const domain = { chainId: world.chain.chainId, manager: world.manager };
    const deadline = (await world.chain.getTime()) + day;
    const createRecipient = createRecipients();
    let nonce = 0;
    let at = 0;

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
      hotWallets: toWallets({ count: walletCount, from: 0 }),
      rawWallets: toWallets({ count: walletCount, from: walletCount }),
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
