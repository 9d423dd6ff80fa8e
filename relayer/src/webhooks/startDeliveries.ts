import type { Kysely } from "kysely";
import type { Job, PgBoss } from "pg-boss";
import type { Hex } from "viem";
import type { Database } from "../db/schema.ts";
import { getWebhook, recordDelivery } from "../db/webhookRows.ts";
import type { Log } from "../log.ts";
import { runLoop } from "../runLoop.ts";
import { DestinationRefusedError, type Destinations } from "./createDestinations.ts";
import { postWebhook } from "./postWebhook.ts";
import { deriveWebhookSecret, signWebhook } from "./webhookSecret.ts";

export type Message = { webhookId: string; messageId: string; body: string };

type Deps = {
  db: Kysely<Database>;
  boss: Pick<PgBoss, "fetch" | "complete" | "fail">;
  queue: string;
  destinations: Destinations;
  log: Log;
  config: { chainId: number; authSecret: Hex };
};

/** Deliveries at once on this instance, and to one receiver on all of them: a slow one has its own slots and no others'. */
const deliveriesMax = 32;
const receiverMax = 4;
const pauseMs = 1_000;
const failurePauseMs = 5_000;
/** For deliveries under way when the relayer stops. What is not done then is sent again. */
const stopTimeoutMs = 5_000;

/** Takes messages from the queue and delivers them, each on its own: none waits for another receiver's answer. */
export function startDeliveries({ db, boss, queue, destinations, log, config: { chainId, authSecret } }: Deps) {
  const running = new Set<Promise<void>>();

  async function take(): Promise<number> {
    const room = deliveriesMax - running.size;
    if (room <= 0) return pauseMs;
    const jobs = await boss.fetch<Message>(queue, { batchSize: room, groupConcurrency: receiverMax });
    for (const job of jobs) {
      const delivery = settle(job).finally(() => {
        running.delete(delivery);
        loop.wake();
      });
      running.add(delivery);
    }
    // A receiver that has much to get hides those behind it until its slots are taken.
    return jobs.length > 0 ? 0 : pauseMs;
  }

  /** A job that is neither completed nor failed runs out of time, and is taken again. */
  async function settle(job: Job<Message>): Promise<void> {
    try {
      const status = await deliver(job.data);
      if (status === undefined) await boss.complete(queue, job.id);
      else await boss.fail(queue, job.id, { status });
    } catch (error) {
      log.warn({ err: error, webhookId: job.data.webhookId }, "A delivery was not recorded, and will be repeated");
    }
  }

  /** Returns what it failed with, if it is to be tried again. */
  async function deliver({ webhookId, messageId, body }: Message): Promise<string | undefined> {
    const webhook = await getWebhook(db, chainId, webhookId);
    // Deleted or switched off meanwhile: there is nobody to tell.
    if (webhook === undefined || !webhook.is_active) return undefined;
    const headers = signWebhook(deriveWebhookSecret(authSecret, webhookId), { messageId, body, nowMs: Date.now() });
    let status: string;
    try {
      status = String(await postWebhook(destinations, { url: webhook.url, headers, body }));
    } catch (error) {
      status = error instanceof DestinationRefusedError ? "refused" : toFailure(error);
      log.debug({ err: error, webhookId }, "A webhook could not be delivered");
    }
    const hasFailed = !/^2\d\d$/.test(status);
    // 410 is how a receiver says that it wants no more.
    const isGone = status === "410" || status === "refused";
    await recordDelivery(db, chainId, webhookId, { status, hasFailed, isGone });
    return hasFailed && !isGone ? status : undefined;
  }

  const loop = runLoop({
    job: take,
    onFailure: (error) => log.warn({ err: error }, "The queue of webhooks fails"),
    failurePauseMs,
  });

  return {
    wake: loop.wake,
    async stop(): Promise<void> {
      await loop.stop();
      const late = new AbortController();
      const timeout = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, stopTimeoutMs);
        late.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
      });
      await Promise.race([Promise.all(running), timeout]);
      late.abort();
    },
  };
}

function toFailure(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "failed";
}
