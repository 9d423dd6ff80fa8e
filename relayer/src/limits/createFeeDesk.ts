import type { Order } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { RpcError } from "../chain/rpcErrors.ts";
import type { Config } from "../config.ts";
import { findLowestQuote, hasLiveOrder, storeQuote } from "../db/feeQuoteRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { checkFee, hasPaid, type FeeSchedule } from "./fees.ts";
import { toGasFee } from "./toGasFee.ts";

export type FeeDesk = ReturnType<typeof createFeeDesk>;

type Deps = {
  db: Kysely<Database>;
  /** What gas costs now, in wei. */
  getGasPrice: () => Promise<bigint>;
  config: Pick<Config, "chainId" | "fees">;
};

/** What orders pay: as configured, or what gas costs. What a client has been told holds for a while, on every instance. */
export function createFeeDesk({ db, getGasPrice, config: { chainId, fees } }: Deps) {
  let stored: { perMillionGas: bigint; untilMs: number } | undefined;

  async function getSchedule(): Promise<FeeSchedule | undefined> {
    if (fees?.pricing === undefined) return fees;
    try {
      return { ...fees, perMillionGas: toGasFee(fees.pricing, await getGasPrice()) };
    } catch (cause) {
      if (!(cause instanceof RpcError)) throw cause;
      throw new ProblemError("rpc-unavailable", "What gas costs could not be read", { cause });
    }
  }

  return {
    /** What an order has to pay, and how long a client may rely on it: seconds, none if it does not change. */
    async quote(): Promise<{ schedule: FeeSchedule; validSeconds: number | undefined } | undefined> {
      const schedule = await getSchedule();
      if (schedule === undefined || fees?.pricing === undefined)
        return schedule && { schedule, validSeconds: undefined };
      const { quoteSeconds } = fees.pricing;
      const { perMillionGas } = schedule;
      const now = performance.now();
      // Stored for twice as long, so that few quotes of one price write anything.
      if (stored?.perMillionGas !== perMillionGas || stored.untilMs < now + quoteSeconds * 1_000) {
        const validMs = 2_000 * quoteSeconds;
        await storeQuote(db, chainId, { perMillionGas, validMs });
        stored = { perMillionGas, untilMs: now + validMs };
      }
      return { schedule, validSeconds: quoteSeconds };
    },

    /** Throws `fee-required` unless the order pays what is asked now, or what was quoted to someone and still holds. */
    async check(order: Pick<Order, "sessionId" | "nonce" | "calls" | "gasLimit">): Promise<void> {
      if (fees === undefined) return;
      // It can pay nothing; it is free where it takes an order back that is here.
      if (order.calls.length === 0 && (await hasLiveOrder(db, chainId, order.sessionId, order.nonce))) return;
      const schedule = await getSchedule();
      if (schedule === undefined || hasPaid(schedule, order)) return;
      const lowest = fees.pricing === undefined ? undefined : await findLowestQuote(db, chainId);
      const perMillionGas = lowest !== undefined && lowest < schedule.perMillionGas ? lowest : schedule.perMillionGas;
      checkFee({ ...schedule, perMillionGas }, order);
    },
  };
}
