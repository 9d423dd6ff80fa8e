import { sql, type Kysely } from "kysely";
import type { Address } from "viem";
import { z } from "zod";
import type { App } from "../app.ts";
import type { Indexer } from "../chain/createIndexer.ts";
import type { Rpc } from "../chain/createRpc.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import type { Metrics } from "../observability/createMetrics.ts";
import { version } from "../version.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  rpc: Rpc;
  indexer: Indexer;
  metrics: Pick<Metrics, "isReady">;
  relayer: Address;
  config: Pick<Config, "chainId" | "manager">;
};

const checksSchema = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});

export function addStatusRoutes({ app, db, rpc, indexer, metrics, relayer, config }: Deps): void {
  const { chainId, manager } = config;

  const checks: Record<string, () => Promise<string | undefined>> = {
    database: async () => {
      await sql`select 1`.execute(db);
      return undefined;
    },
    chain: async () => {
      const answered = await rpc.getChainId();
      return answered === chainId ? undefined : `The node is of the chain ${answered}, not ${chainId}`;
    },
    contract: async () => ((await rpc.getCode(manager)) === "0x" ? `There is no contract at ${manager}` : undefined),
    head: async () => (indexer.getHead() === undefined ? "The relayer is catching up with the chain" : undefined),
  };

  app.get("/healthz", { schema: { summary: "Whether the process runs" } }, () => ({ ok: true }));

  app.get(
    "/readyz",
    { schema: { summary: "Whether orders can be taken", response: { 200: checksSchema, 503: checksSchema } } },
    async (_request, reply) => {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => {
          const detail = await check().catch((error: unknown) => (error instanceof Error ? error.message : "failed"));
          return [name, { ok: detail === undefined, ...(detail !== undefined && { detail }) }] as const;
        }),
      );
      const ready = results.every(([, { ok }]) => ok);
      metrics.isReady.set(ready ? 1 : 0);
      return reply.code(ready ? 200 : 503).send({ ready, checks: Object.fromEntries(results) });
    },
  );

  app.get(
    "/v1/info",
    {
      schema: {
        summary: "Which chain and contract this relayer serves, and who submits",
        response: {
          200: z.object({ chainId: z.int(), manager: z.string(), relayer: z.string(), version: z.string() }),
        },
      },
    },
    () => ({ chainId, manager, relayer, version }),
  );

  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
