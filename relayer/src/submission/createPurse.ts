import { formatEther } from "viem";
import type { Kysely } from "kysely";
import type { Rpc } from "../chain/createRpc.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import type { Wallet } from "./createWallet.ts";
import { holdLane, type Lane } from "./laneRows.ts";
import { dropTransactions, type OpenTransaction } from "./transactionRows.ts";

type Deps = {
  db: Kysely<Database>;
  rpc: Rpc;
  wallet: Wallet;
  instance: string;
  log: Log;
  config: Pick<Config, "chainId" | "lowBalance">;
};

/** The balance is asked for at most this often, in milliseconds. */
const checkMs = 5_000;

/** What the hot wallet can pay: a lane without money takes no orders, and gives back those it cannot pay for. */
export function createPurse({ db, rpc, wallet, instance, log, config }: Deps) {
  let balance: bigint | undefined;
  let checkedAt = -Infinity;
  let isLow = false;

  return {
    async check(): Promise<void> {
      if (performance.now() - checkedAt < checkMs) return;
      checkedAt = performance.now();
      balance = await rpc.getBalance(wallet.address);
      const fields = { lane: wallet.address, balance: formatEther(balance), low: formatEther(config.lowBalance) };
      if (balance < config.lowBalance && !isLow) log.error(fields, "The balance of a hot wallet is low");
      if (balance >= config.lowBalance && isLow) log.info(fields, "The balance of a hot wallet is enough again");
      isLow = balance < config.lowBalance;
    },

    /** Whether there is money for one more transaction beside those that wait to be mined. */
    canPay(waiting: readonly OpenTransaction[]): boolean {
      if (balance === undefined) return false;
      const [cost, dearest] = waiting
        .map(toCost)
        .reduce(([sum, most], each) => [sum + each, max(most, each)], [0n, 0n]);
      return balance > cost + dearest;
    },

    /**
     * Orders of transactions that the wallet has had no money for wait for another lane: contract nonces see to it that an
     * order runs once, even if the transaction is mined after all. `unmined` has also what those that wait have replaced:
     * it goes with them, or its nonces would count as used, and nothing would ever be mined after them. Returns whether
     * there were any.
     */
    async dropUnpaid(unmined: readonly OpenTransaction[], isStuck: boolean, lane: Lane): Promise<boolean> {
      if (balance === undefined || !isStuck) return false;
      let left = balance;
      const unpaid = new Set<number>();
      for (const row of unmined) {
        if (row.status !== "pending") continue;
        left -= toCost(row);
        if (left < 0n) unpaid.add(row.nonce);
      }
      if (unpaid.size === 0) return false;
      log.error({ lane: wallet.address, transactions: unpaid.size }, "A hot wallet cannot pay for its transactions");
      await db.transaction().execute(async (tx) => {
        await holdLane(tx, { chainId: config.chainId, instance }, lane);
        const hashes = unmined.filter(({ nonce }) => unpaid.has(nonce)).map(({ hash }) => hash);
        await dropTransactions(tx, config.chainId, hashes);
      });
      return true;
    },
  };
}

function toCost({ gas, max_fee_per_gas }: OpenTransaction): bigint {
  return BigInt(gas) * BigInt(max_fee_per_gas);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
