import type { Kysely } from "kysely";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import type { JobQueue } from "../jobs/createJobQueue.ts";
import type { Log } from "../log.ts";
import { startDeliveries } from "./startDeliveries.ts";
import type { Destinations } from "./createDestinations.ts";
import { createWebhooks } from "./createWebhooks.ts";

type Deps = {
  db: Kysely<Database>;
  jobs: JobQueue;
  destinations: Destinations;
  log: Log;
  config: Pick<Config, "chainId" | "authSecret" | "retention">;
};

/** Turns events into webhooks and delivers them, if the relayer sends any. */
export function createNotifier({ db, jobs, destinations, log, config }: Deps) {
  const { chainId, authSecret, retention } = config;
  let webhooks: Awaited<ReturnType<typeof createWebhooks>> | undefined;
  let deliveries: ReturnType<typeof startDeliveries> | undefined;

  return {
    /** Whether there may be more to do at once. */
    async run(): Promise<boolean> {
      if (authSecret === undefined) return false;
      const boss = await jobs.get();
      const queue = `latchkey-webhooks-${chainId}`;
      webhooks ??= await createWebhooks({ db, boss, queue, config: { chainId, retention } });
      deliveries ??= startDeliveries({ db, boss, queue, destinations, log, config: { chainId, authSecret } });
      const hasMore = await webhooks.run();
      if (hasMore) deliveries.wake();
      return hasMore;
    },

    stop: async (): Promise<void> => deliveries?.stop(),
  };
}
