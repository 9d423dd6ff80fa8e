import type { Kysely } from "kysely";
import type { PgBoss } from "pg-boss";
import type { Config } from "../config.ts";
import { deleteOld } from "../db/deleteOld.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";

type Deps = {
  db: Kysely<Database>;
  boss: Pick<PgBoss, "createQueue" | "schedule" | "send" | "work">;
  log: Log;
  config: Pick<Config, "chainId" | "retention">;
};

const everyTenMinutes = "*/10 * * * *";

/** Has one instance at a time delete what is old, every ten minutes and once as soon as one starts. */
export async function startCleaning({ db, boss, log, config }: Deps): Promise<void> {
  const queue = `latchkey-cleaning-${config.chainId}`;
  await boss.createQueue(queue, { policy: "singleton", retryLimit: 0, expireInSeconds: 540 });
  await boss.work(queue, { pollingIntervalSeconds: 5 }, async () => {
    const deleted = await deleteOld(db, config);
    if (Object.values(deleted).some((rows) => rows > 0)) log.info(deleted, "What is old was deleted");
  });
  await boss.schedule(queue, everyTenMinutes);
  await boss.send(queue, {});
}
