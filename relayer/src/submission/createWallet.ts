import { parseTransaction, type Address, type Hex } from "viem";
import type { Config } from "../config.ts";
import { keccak256Hex } from "../keccak.ts";
import type { HotWallet } from "../signers/createHotWallet.ts";
import type { Fees } from "./createFees.ts";
import type { SignedTransaction } from "./transactionRows.ts";

export type Wallet = ReturnType<typeof createWallet>;

type Deps = { account: HotWallet; getFees: () => Promise<Fees>; config: Pick<Config, "chainId" | "feePerGasMax"> };

/** A hot wallet: signs transactions and knows what to pay for them. */
export function createWallet({ account, getFees, config }: Deps) {
  async function sign(tx: { to: Address; data: Hex; gas: number; nonce: number } & Fees): Promise<SignedTransaction> {
    const { to, data, gas, nonce, maxFeePerGas, maxPriorityFeePerGas } = tx;
    const raw = await account.signTransaction({
      chainId: config.chainId,
      to,
      value: 0n,
      data,
      gas: BigInt(gas),
      nonce,
      maxFeePerGas,
      maxPriorityFeePerGas,
    });
    return { hash: keccak256Hex(raw), raw, nonce, gas, maxFeePerGas, maxPriorityFeePerGas };
  }

  return {
    address: account.address,
    sign,
    getFees,

    /** The transaction, with what is said otherwise, at fees that nodes take in its place; nothing if they would pass the ceiling. */
    async resign(
      raw: Hex,
      fees: Fees,
      { data, gas }: { data?: Hex; gas?: number } = {},
    ): Promise<SignedTransaction | undefined> {
      const old = parseTransaction(raw);
      if (old.type !== "eip1559" || !old.to || old.gas === undefined)
        throw new Error("A stored transaction is not ours");
      const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = old;
      const next = {
        maxFeePerGas: max(toBumped(maxFeePerGas), fees.maxFeePerGas),
        maxPriorityFeePerGas: max(toBumped(maxPriorityFeePerGas), fees.maxPriorityFeePerGas),
      };
      if (next.maxFeePerGas > config.feePerGasMax) return undefined;
      if (next.maxPriorityFeePerGas > next.maxFeePerGas) return undefined;
      const same = { to: old.to, data: old.data ?? "0x", gas: Number(old.gas), nonce: old.nonce ?? 0 };
      return sign({ ...same, ...(data !== undefined && { data }), ...(gas !== undefined && { gas }), ...next });
    },
  };
}

/** Nodes want a tenth more for a replacement; an eighth is safe with any of them. */
function toBumped(fee: bigint): bigint {
  return fee + fee / 8n + 1n;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
