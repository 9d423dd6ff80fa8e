import type { Address } from "viem";
import { z } from "zod";
import type { App } from "../app.ts";
import type { Readiness } from "../chain/createReadiness.ts";
import type { Config } from "../config.ts";
import { version } from "../version.ts";

type Deps = {
  app: App;
  readiness: () => Promise<Readiness>;
  relayer: Address;
  sentinel: Address | undefined;
  config: Pick<Config, "chainId" | "manager">;
};

const checksSchema = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});

export function addStatusRoutes({ app, readiness, relayer, sentinel, config }: Deps): void {
  const { chainId, manager } = config;

  app.get("/healthz", { schema: { summary: "Whether the process runs" } }, () => ({ ok: true }));

  app.get(
    "/readyz",
    { schema: { summary: "Whether orders can be taken", response: { 200: checksSchema, 503: checksSchema } } },
    async (_request, reply) => {
      const { ready, checks } = await readiness();
      return reply.code(ready ? 200 : 503).send({ ready, checks });
    },
  );

  app.get(
    "/v1/info",
    {
      schema: {
        summary: "Which chain and contract this relayer serves, and who submits",
        response: {
          200: z.object({
            chainId: z.int(),
            manager: z.string(),
            relayer: z.string(),
            sentinel: z.string().optional().describe("What sessions name for it to suspend and to lease"),
            version: z.string(),
          }),
        },
      },
    },
    () => ({ chainId, manager, relayer, ...(sentinel !== undefined && { sentinel }), version }),
  );

  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
