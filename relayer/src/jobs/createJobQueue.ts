import type { PGlite } from "@electric-sql/pglite";
import type { PgBoss } from "pg-boss";
import type { Log } from "../log.ts";
import { startBoss } from "./startBoss.ts";

export type JobQueue = ReturnType<typeof createJobQueue>;

type Deps = { pglite: PGlite | undefined; log: Log; config: { databaseUrl: string | undefined } };

/** For what is under way. */
const stopTimeoutMs = 5_000;

/** The queue of jobs, started when it is first asked for: orders don't wait for it. */
export function createJobQueue({ pglite, log, config: { databaseUrl } }: Deps) {
  let starting: Promise<PgBoss> | undefined;

  return {
    get(): Promise<PgBoss> {
      starting ??= startBoss({ databaseUrl, pglite, log }).catch((error: unknown) => {
        starting = undefined;
        throw error;
      });
      return starting;
    },

    async stop(): Promise<void> {
      const boss = await starting?.catch(() => undefined);
      await boss?.stop({ timeout: stopTimeoutMs });
    },
  };
}
