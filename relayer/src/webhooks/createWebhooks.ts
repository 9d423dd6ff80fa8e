import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { Job, PgBoss } from "pg-boss";
import type { Hex } from "viem";
import type { Db } from "../db/chainRows.ts";
import type { Database } from "../db/schema.ts";
import { listEntries } from "../db/entryRows.ts";
import { getWebhook, lockDueWebhooks, recordDelivery, setWebhookNumber, type WebhookRow } from "../db/webhookRows.ts";
import { toEvent } from "../events/toEvent.ts";
import type { Log } from "../log.ts";
import { DestinationRefusedError, type Destinations } from "./createDestinations.ts";
import { postWebhook } from "./postWebhook.ts";
import { deriveWebhookSecret, signWebhook } from "./webhookSecret.ts";

type Deps = {
  db: Kysely<Database>;
  boss: PgBoss;
  destinations: Destinations;
  log: Log;
  config: { chainId: number; authSecret: Hex };
};

type Message = { webhookId: string; messageId: string; body: string };

/** Deliveries at once on this instance. */
const deliveriesMax = 8;
const webhooksAtOnce = 50;
const entriesAtOnce = 100;

/**
 * Sends events to those who asked for them: at least once, signed, in order as far as receivers answer. The number of the
 * last and the jobs are written in one transaction, so no event is lost whenever the process ends.
 */
export async function createWebhooks({ db, boss, destinations, log, config: { chainId, authSecret } }: Deps) {
  const { fromKysely } = await import("pg-boss");
  const queue = `latchkey-webhooks-${chainId}`;
  await boss.createQueue(queue, {
    // About a day and a half, from five seconds to an hour apart.
    retryLimit: 40,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 3_600,
    expireInSeconds: 60,
    retentionSeconds: 7 * 86_400,
    // Longer than any reorg: a message that was sent is recognised by its job.
    deleteAfterSeconds: 2 * 86_400,
  });
  await boss.work<Message>(
    queue,
    { batchSize: deliveriesMax, pollingIntervalSeconds: 1, perJobResults: true },
    (jobs) => Promise.all(jobs.map(deliver)),
  );

  async function deliver({ id, data }: Job<Message>) {
    const { webhookId, messageId, body } = data;
    const webhook = await getWebhook(db, chainId, webhookId);
    // Deleted or switched off meanwhile: there is nobody to tell.
    if (webhook === undefined || !webhook.is_active) return { id, status: "completed" as const };
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
    if (!hasFailed || isGone) return { id, status: "completed" as const };
    return { id, status: "failed" as const, output: { status } };
  }

  /** What is not on chain too: only who may see a session's orders has a webhook of it. */
  async function serve(tx: Db, webhook: WebhookRow): Promise<void> {
    const { account, session_id, number: after } = webhook;
    const filter = { account, sessionId: session_id ?? undefined, hasOrders: true };
    const entries = await listEntries(tx, { chainId, after, filter, limit: entriesAtOnce });
    for (const entry of entries) {
      const { id, event: type, data } = toEvent(entry);
      const messageId = `${webhook.id}.${id}`;
      const body = JSON.stringify({ type, timestamp: new Date(entry.at).toISOString(), data: { id, ...data } });
      const message: Message = { webhookId: webhook.id, messageId, body };
      await boss.send(queue, message, { id: toJobId(messageId), group: { id: webhook.id }, db: fromKysely(tx) });
    }
    const last = entries.at(-1);
    if (last !== undefined) await setWebhookNumber(tx, webhook, last.number);
  }

  return {
    /** Turns new events into messages. Whether there are more to turn. */
    run: (): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
        const due = await lockDueWebhooks(tx, chainId, webhooksAtOnce);
        for (const webhook of due) await serve(tx, webhook);
        return due.length > 0;
      }),
  };
}

function toFailure(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "failed";
}

/** The same message is the same job, so it is not sent twice. */
function toJobId(messageId: string): string {
  const hex = createHash("sha256").update(messageId).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
