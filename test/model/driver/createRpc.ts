import type { EthereumProvider } from "hardhat/types/providers";
import { numberToHex, type Address, type Hex } from "viem";
import { actors } from "./actors.ts";

export type Transaction = { from: Address; to: Address; data: Hex; gas: bigint };

export type Sent = { isAccepted: true; hash: Hex } | { isAccepted: false; revertData: Hex };

export type Log = { address: Address; data: Hex; topics: [Hex, ...Hex[]] };

export type Receipt = { contractAddress: Address | null; logs: readonly Log[] };

export type Rpc = ReturnType<typeof createRpc>;

const callGas = numberToHex(16_000_000);

/** What the driver asks of a Hardhat chain in this process. Gas costs nothing, so balances are nobody's but the calls'. */
export function createRpc(provider: EthereumProvider) {
  async function request<T>(method: string, ...params: readonly unknown[]): Promise<T> {
    // What a method answers is the node's to say.
    return (await provider.request({ method, params: [...params] })) as T;
  }

  return {
    request,

    /** Runs a transaction of the set-up; throws if it reverts. */
    async run(transaction: { from: Address; to?: Address; data: Hex; value?: Hex }): Promise<Receipt> {
      const hash = await request<Hex>("eth_sendTransaction", { gasPrice: "0x0", gas: callGas, ...transaction });
      return request<Receipt>("eth_getTransactionReceipt", hash);
    },

    async call(transaction: { to: Address; data: Hex }): Promise<Hex> {
      return request<Hex>("eth_call", { from: actors.stranger, gas: callGas, ...transaction }, "latest");
    },

    /** Sends a transaction in a block of its own at `timestamp`. */
    async send({ gas, ...transaction }: Transaction, timestamp: number): Promise<Sent> {
      await request("evm_setNextBlockTimestamp", numberToHex(timestamp));
      try {
        const sent = { gasPrice: "0x0", gas: numberToHex(gas), ...transaction };
        return { isAccepted: true, hash: await request<Hex>("eth_sendTransaction", sent) };
      } catch (error) {
        return { isAccepted: false, revertData: toRevertData(error) };
      }
    },

    /** What a transaction in a block at `timestamp` would return. */
    async simulate(
      { gas, ...transaction }: Transaction,
      timestamp: number,
    ): Promise<{ isAccepted: true; data: Hex } | { isAccepted: false; revertData: Hex }> {
      await request("evm_setNextBlockTimestamp", numberToHex(timestamp));
      try {
        const data = await request<Hex>("eth_call", { gas: numberToHex(gas), ...transaction }, "pending");
        return { isAccepted: true, data };
      } catch (error) {
        return { isAccepted: false, revertData: toRevertData(error) };
      }
    },

    async getLogs(hash: Hex): Promise<readonly Log[]> {
      return (await request<Receipt>("eth_getTransactionReceipt", hash)).logs;
    },
  };
}

/** Hardhat throws what reverts, with the revert's data; anything else it throws is a fault of its own. */
function toRevertData(error: unknown): Hex {
  if (error instanceof Error && "data" in error && typeof error.data === "string") return error.data as Hex;
  throw error;
}
