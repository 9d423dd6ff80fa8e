import type { Indexer } from "../chain/createIndexer.ts";
import type { Rpc } from "../chain/createRpc.ts";
import type { Config } from "../config.ts";

/** Wei per gas. */
export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };
/** Also what gas costs now, ceiling or not. */
type Priced = Fees & { gasPrice: bigint };

/** What to pay for a transaction now: room for the base fee to double, at most the configured ceiling. Asked once a block. */
export function createFees({
  rpc,
  indexer,
  config,
}: {
  rpc: Rpc;
  indexer: Pick<Indexer, "getHead">;
  config: Pick<Config, "feePerGasMax">;
}): () => Promise<Priced> {
  let known: { hash: string; fees: Promise<Priced> } | undefined;

  async function ask(): Promise<Priced> {
    const [block, priority] = await Promise.all([
      rpc.getBlock("latest"),
      // Not every node has the method; one gwei is what most of them would say.
      rpc.getPriorityFee().catch(() => 1_000_000_000n),
    ]);
    const gasPrice = (block?.baseFeePerGas ?? 0n) + priority;
    const wanted = gasPrice + (block?.baseFeePerGas ?? 0n);
    const maxFeePerGas = wanted < config.feePerGasMax ? wanted : config.feePerGasMax;
    return { gasPrice, maxFeePerGas, maxPriorityFeePerGas: priority < maxFeePerGas ? priority : maxFeePerGas };
  }

  return function getFees() {
    const hash = indexer.getHead()?.hash;
    if (hash === undefined) return ask();
    if (known?.hash === hash) return known.fees;
    const fees = ask();
    known = { hash, fees };
    fees.catch(() => {
      known = undefined;
    });
    return fees;
  };
}
