import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import { sql, type Kysely } from "kysely";
import type { Gauge } from "prom-client";
import type { Address } from "viem";
import type { App } from "../app.ts";
import type { Indexer } from "../chain/createIndexer.ts";
import type { Readiness } from "../chain/createReadiness.ts";
import type { Rpc } from "../chain/createRpc.ts";
import type { Config } from "../config.ts";
import { databaseNow } from "../db/databaseNow.ts";
import { isDatabaseDown } from "../db/isDatabaseDown.ts";
import { liveStatuses, type Database } from "../db/schema.ts";
import type { Metrics } from "../observability/createMetrics.ts";
import { ProblemError } from "../problem.ts";
import { listAbandoned } from "../submission/laneRows.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  rpc: Pick<Rpc, "getBalance">;
  indexer: Pick<Indexer, "getHead">;
  metrics: Metrics;
  readiness: () => Promise<Readiness>;
  wallets: readonly Address[];
  config: Pick<Config, "chainId" | "metricsToken">;
};

/** Prometheus' view: what was counted, and what is asked for at the moment of the scrape. */
export function addMetricsRoutes({ app, db, rpc, indexer, metrics, readiness, wallets, config }: Deps): void {
  const { chainId, metricsToken } = config;

  app.get("/metrics", { schema: { hide: true } }, async (request, reply) => {
    checkScraper(request, metricsToken);
    await Promise.all([
      collect([metrics.orders, metrics.oldestWaitingSeconds], collectOrders),
      collect([metrics.pendingTransactions, metrics.oldestTransactionSeconds], collectTransactions),
      collect([metrics.lanes], collectLanes),
      collect([metrics.abandonedTransactions], collectAbandoned),
      collectBalances(),
      collectReadiness(),
    ]);
    collectHead();
    return reply
      .type(metrics.contentType)
      .serializer((text: string) => text)
      .send(await metrics.toText());
  });

  /** While the database is down the rest is told; that it is shows in latchkey_ready. */
  async function collect(gauges: readonly Pick<Gauge, "reset">[], run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!isDatabaseDown(error)) throw error;
      // What was counted before must not pass for the present.
      for (const gauge of gauges) gauge.reset();
    }
  }

  async function collectOrders(): Promise<void> {
    const rows = await db
      .selectFrom("orders")
      .select(({ fn }) => ["status", fn.countAll().as("count"), fn.min("accepted_at").as("oldest")])
      .where("chain_id", "=", chainId)
      .where("status", "in", liveStatuses)
      .groupBy("status")
      .execute();
    for (const status of liveStatuses) {
      metrics.orders.set({ status }, Number(rows.find((row) => row.status === status)?.count ?? 0));
    }
    const oldest = rows.find(({ status }) => status === "accepted")?.oldest;
    metrics.oldestWaitingSeconds.set(oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000));
  }

  async function collectTransactions(): Promise<void> {
    const rows = await db
      .selectFrom("transactions")
      .select(({ fn }) => ["wallet", fn.count("nonce").distinct().as("count"), fn.min("created_at").as("oldest")])
      .where("chain_id", "=", chainId)
      // Of a nonce that waits, also the transactions that were replaced.
      .where("status", "in", ["pending", "replaced"])
      .groupBy("wallet")
      .execute();
    for (const wallet of wallets) {
      const row = rows.find((each) => each.wallet === wallet);
      metrics.pendingTransactions.set({ wallet }, Number(row?.count ?? 0));
      const age = row === undefined ? 0 : (Date.now() - row.oldest) / 1000;
      metrics.oldestTransactionSeconds.set({ wallet }, Math.max(0, age));
    }
  }

  async function collectBalances(): Promise<void> {
    for (const wallet of wallets) {
      try {
        metrics.walletBalance.set({ wallet }, Number(await rpc.getBalance(wallet)));
      } catch {
        // An old balance must not pass for the present one; that the node is down shows in latchkey_ready.
        metrics.walletBalance.remove({ wallet });
      }
    }
  }

  async function collectLanes(): Promise<void> {
    const rows = await db
      .selectFrom("lanes")
      .select(["wallet", "mode", sql<boolean>`expires_at > ${databaseNow}`.as("is_worked")])
      .where("chain_id", "=", chainId)
      .execute();
    for (const { wallet, mode, is_worked } of rows) {
      metrics.lanes.set({ wallet, state: "open" }, mode === "open" ? 1 : 0);
      metrics.lanes.set({ wallet, state: "worked" }, is_worked ? 1 : 0);
    }
  }

  async function collectAbandoned(): Promise<void> {
    // Those that are not any more are gone, not zero.
    metrics.abandonedTransactions.reset();
    for (const { wallet, nonces } of await listAbandoned(db, chainId)) {
      metrics.abandonedTransactions.set({ wallet }, nonces);
    }
  }

  async function collectReadiness(): Promise<void> {
    const { ready } = await readiness();
    metrics.isReady.set(ready ? 1 : 0);
  }

  function collectHead(): void {
    const head = indexer.getHead();
    if (head === undefined) return;
    metrics.headNumber.set(head.number);
    metrics.headAgeSeconds.set(Math.max(0, Date.now() / 1000 - head.timestamp));
  }
}

/** With a token whoever shows it; without one only a process of this machine, and nothing that came through a proxy. */
function checkScraper(request: FastifyRequest, token: string | undefined): void {
  if (token !== undefined) {
    if (isSame(request.headers.authorization ?? "", `Bearer ${token}`)) return;
    throw new ProblemError("authentication-required", "The metrics are read with METRICS_TOKEN as a bearer token");
  }
  const { "x-forwarded-for": forwardedFor, forwarded } = request.headers;
  const isLocal = ipaddr.process(request.socket.remoteAddress ?? "0.0.0.0").range() === "loopback";
  if (isLocal && forwardedFor === undefined && forwarded === undefined) return;
  throw new ProblemError(
    "authentication-required",
    "Without METRICS_TOKEN the metrics are read from the relayer's own machine only",
  );
}

/** In a time that tells nothing of where they differ. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
