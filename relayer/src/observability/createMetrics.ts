import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { createStageMetrics } from "./createStageMetrics.ts";

export type Metrics = ReturnType<typeof createMetrics>;

/** From a tenth of a millisecond, which a hash takes, to the ten seconds that a node is waited for. */
const stageBuckets = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Everything the relayer counts, in Prometheus' units: seconds, wei as floating point, orders. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const stages = createStageMetrics({ registry, buckets: stageBuckets });
  return {
    contentType: registry.contentType,
    toText: async (): Promise<string> => `${await registry.metrics()}\n${stages.toTimesText()}`,
    stages,
    refusals: new Counter({
      name: "latchkey_refusals_total",
      help: "Refused requests by the stable code of the problem",
      labelNames: ["code"],
      registers,
    }),
    requestSeconds: new Histogram({
      name: "latchkey_http_request_seconds",
      help: "Time from a request's headers to the end of its answer",
      labelNames: ["method", "route", "status"],
      buckets: stageBuckets,
      registers,
    }),
    sentinelActions: new Counter({
      name: "latchkey_sentinel_actions_total",
      help: "What the sentinel did: note, hold, suspend, revoke or report-misuse",
      labelNames: ["action"],
      registers,
    }),
    admissionsInFlight: new Gauge({
      name: "latchkey_admissions_in_flight",
      help: "Orders that are being checked",
      registers,
    }),
    orders: new Gauge({
      name: "latchkey_orders",
      help: "Orders that are not final, by status",
      labelNames: ["status"],
      registers,
    }),
    oldestWaitingSeconds: new Gauge({
      name: "latchkey_oldest_accepted_order_seconds",
      help: "Age of the oldest order that is accepted and in no transaction; 0 if there is none",
      registers,
    }),
    pendingTransactions: new Gauge({
      name: "latchkey_transactions_pending",
      help: "Nonces with transactions that are signed and not known to be mined, by hot wallet",
      labelNames: ["wallet"],
      registers,
    }),
    oldestTransactionSeconds: new Gauge({
      name: "latchkey_oldest_transaction_seconds",
      help: "Age of the oldest transaction of each hot wallet that is not known to be mined; 0 if there is none",
      labelNames: ["wallet"],
      registers,
    }),
    walletBalance: new Gauge({
      name: "latchkey_wallet_balance_wei",
      help: "Balance of each hot wallet in wei",
      labelNames: ["wallet"],
      registers,
    }),
    lanes: new Gauge({
      name: "latchkey_lane",
      help: "Of each hot wallet: 1 under open unless it is paused, 1 under worked if an instance has its lease",
      labelNames: ["wallet", "state"],
      registers,
    }),
    abandonedTransactions: new Gauge({
      name: "latchkey_abandoned_transactions",
      help: "Nonces with transactions that are not known to be mined, of hot wallets that no instance works",
      labelNames: ["wallet"],
      registers,
    }),
    headNumber: new Gauge({
      name: "latchkey_head_block",
      help: "Number of the newest block that is read and stored",
      registers,
    }),
    headAgeSeconds: new Gauge({
      name: "latchkey_head_age_seconds",
      help: "Age of that block by its own timestamp",
      registers,
    }),
    isReady: new Gauge({ name: "latchkey_ready", help: "1 if orders can be taken, as /readyz says", registers }),
  };
}
