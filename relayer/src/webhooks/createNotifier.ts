import type { PGlite } from "@electric-sql/pglite";
import type { Kysely } from "kysely";
import type { PgBoss } from "pg-boss";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import type { Destinations } from "./createDestinations.ts";
import { createWebhooks } from "./createWebhooks.ts";
import { startBoss } from "./startBoss.ts";

type Deps = {
  db: Kysely<Database>;
  pglite: PGlite | undefined;
  destinations: Destinations;
  log: Log;
  config: Pick<Config, "chainId" | "authSecret" | "databaseUrl">;
};

/** For deliveries under way. */
const stopTimeoutMs = 5_000;

/** Turns events into webhooks, if the relayer sends any. The queue starts with the first run: orders don't wait for it. */
export function createNotifier({ db, pglite, destinations, log, config }: Deps) {
  const { chainId, authSecret, databaseUrl } = config;
  let boss: PgBoss | undefined;
  let webhooks: Awaited<ReturnType<typeof createWebhooks>> | undefined;

  return {
    /** Whether there may be more to do at once. */
    async run(): Promise<boolean> {
      if (authSecret === undefined) return false;
      boss ??= await startBoss({ databaseUrl, pglite, log });
      webhooks ??= await createWebhooks({ db, boss, destinations, log, config: { chainId, authSecret } });
      return webhooks.run();
    },

    stop: async (): Promise<void> => boss?.stop({ timeout: stopTimeoutMs }),
  };
}
