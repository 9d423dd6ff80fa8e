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
  // Not before it is wanted: it is large.
  const { fromPglite, PgBoss: Boss } = await import("pg-boss");
  const boss = new Boss({
    ...(pglite === undefined
      ? { connectionString: databaseUrl ?? "", max: 2, connectionTimeoutMillis: 10_000 }
      : { db: fromPglite(pglite), backend: "pglite" }),
    application_name: "latchkey-jobs",
  });
  boss.on("error", (error) => log.warn({ err: error }, "The queue of jobs fails"));
  await boss.start();
  return boss;
}
