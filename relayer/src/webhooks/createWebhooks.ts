import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { PgBoss } from "pg-boss";
import type { Config } from "../config.ts";
import type { Db } from "../db/chainRows.ts";
import { listEntries } from "../db/entryRows.ts";
import type { Database } from "../db/schema.ts";
import { lockDueWebhooks, setWebhookNumber, type WebhookRow } from "../db/webhookRows.ts";
import { toEvent } from "../events/toEvent.ts";
import type { Message } from "./startDeliveries.ts";

type Deps = {
  db: Kysely<Database>;
  boss: Pick<PgBoss, "createQueue" | "updateQueue" | "send">;
  queue: string;
  config: Pick<Config, "chainId" | "retention">;
};

const webhooksAtOnce = 50;
const entriesAtOnce = 100;
const day = 86_400;

/**
 * Turns events into messages for those who asked for them: at least once, in order as far as receivers answer. The number
 * of the last and the jobs are written in one transaction, so no event is lost whenever the process ends.
 */
export async function createWebhooks({ db, boss, queue, config: { chainId, retention } }: Deps) {
  const { fromKysely } = await import("pg-boss");
  await boss.createQueue(queue);
  // Also of a queue that was made before.
  await boss.updateQueue(queue, {
    // About a day and a half, from five seconds to an hour apart.
    retryLimit: 40,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 3_600,
    expireInSeconds: 60,
    retentionSeconds: 7 * day,
    deleteAfterSeconds: retention.webhookDays * day,
  });

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
      // A receiver is a host, however many webhooks lead to it.
      const group = { id: new URL(webhook.url).host };
      await boss.send(queue, message, { id: toJobId(messageId), group, db: fromKysely(tx) });
    }
    const last = entries.at(-1);
    if (last !== undefined) await setWebhookNumber(tx, webhook, last.number);
  }

  return {
    /** Whether there may be more to turn into messages. */
    run: (): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
        const due = await lockDueWebhooks(tx, chainId, webhooksAtOnce);
        for (const webhook of due) await serve(tx, webhook);
        return due.length > 0;
      }),
  };
}

/** The same message is the same job, so it is not sent twice. */
function toJobId(messageId: string): string {
  const hex = createHash("sha256").update(messageId).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
