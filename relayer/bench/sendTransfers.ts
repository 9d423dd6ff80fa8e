import { encodeFunctionData, erc20Abi, parseAbi, parseGwei, type Hex } from "viem";
import type { TransferWorld } from "./createBenchWorld.ts";

const mintAbi = parseAbi(["function mint(address to, uint256 amount)"]);
/** Transactions in one JSON-RPC batch. */
const batchSize = 50;

/**
 * Transfers of the token by wallets of their own, each to someone who holds none: how many a second the chain takes
 * without Latchkey, over the blocks that are full of them.
 */
export async function sendTransfers(world: TransferWorld, perWallet: number): Promise<number> {
  const { chain, token, rawWallets } = world;
  for (const { address } of rawWallets) {
    const args = [address, 1_000_000n] as const;
    await chain.send("owner", { to: token, data: encodeFunctionData({ abi: mintAbi, functionName: "mint", args }) });
  }
  const transactions: Hex[] = [];
  for (let nonce = 0; nonce < perWallet; nonce += 1) {
    for (const wallet of rawWallets) {
      const args = [world.createRecipient(), 1n] as const;
      transactions.push(
        await wallet.signTransaction({
          type: "eip1559",
          chainId: chain.chainId,
          nonce,
          to: token,
          data: encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args }),
          gas: 60_000n,
          maxFeePerGas: parseGwei("20"),
          maxPriorityFeePerGas: 1n,
        }),
      );
    }
  }
  const from = Number(await chain.client.getBlockNumber({ cacheTime: 0 }));
  for (let at = 0; at < transactions.length; at += batchSize) {
    await chain.askAll(
      "eth_sendRawTransaction",
      transactions.slice(at, at + batchSize).map((raw) => [raw]),
    );
  }
  return measure(world, from, transactions.length);
}

async function measure({ chain }: TransferWorld, from: number, count: number): Promise<number> {
  const end = Date.now() + 120_000;
  const blocks: { timestamp: number; transfers: number }[] = [];
  let [next, seen] = [from + 1, 0];
  while (seen < count) {
    if (Date.now() > end) throw new Error(`Only ${seen} of ${count} transfers were mined`);
    if (Number(await chain.client.getBlockNumber({ cacheTime: 0 })) < next) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    const { timestamp, transactions } = await chain.client.getBlock({ blockNumber: BigInt(next) });
    blocks.push({ timestamp: Number(timestamp), transfers: transactions.length });
    seen += transactions.length;
    next += 1;
  }
  // The first block has what arrived by then, the last one what was left.
  const [first, ...rest] = blocks;
  const full = rest.slice(0, -1);
  const last = full.at(-1);
  if (first === undefined || last === undefined) throw new Error("Too few blocks were full of transfers");
  return full.reduce((sum, { transfers }) => sum + transfers, 0) / (last.timestamp - first.timestamp);
}
