import type { PGlite } from "@electric-sql/pglite";
import type { PgBoss } from "pg-boss";
import type { Log } from "../log.ts";

/** The queue of jobs, in the relayer's own database. */
export async function startBoss({
  databaseUrl,
  pglite,
  log,
}: {
  databaseUrl: string | undefined;
  pglite: PGlite | undefined;
  log: Log;
}): Promise<PgBoss> {
  // Loaded only by relayers that send webhooks.
  const { fromPglite, PgBoss: Boss } = await import("pg-boss");
  const boss = new Boss({
    ...(pglite === undefined
      ? { connectionString: databaseUrl ?? "", max: 2, connectionTimeoutMillis: 10_000 }
      : { db: fromPglite(pglite), backend: "pglite" }),
    application_name: "latchkey-jobs",
    // Nothing is scheduled by the clock.
    schedule: false,
  });
  boss.on("error", (error) => log.warn({ err: error }, "The queue of jobs fails"));
  await boss.start();
  return boss;
}
