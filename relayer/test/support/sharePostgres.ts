import { openDatabase } from "../../src/db/openDatabase.ts";
import { createJobQueue } from "../../src/jobs/createJobQueue.ts";
import { sharedVariable } from "./getSharedPostgres.ts";
import { quietLog } from "./quietLog.ts";
import { hasPostgres, startPostgres } from "./startPostgres.ts";

/**
 * Of Vitest, before all test files: starts the Postgres that they share, if this machine has one. A relayer on a copy of its
 * template starts in a fraction of what PGlite takes.
 */
export default async function sharePostgres(): Promise<(() => Promise<void>) | undefined> {
  if (!hasPostgres) return undefined;
  const postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase();
  const { close } = await openDatabase({ databaseUrl, dataDir: "", log: quietLog });
  await close();
  const queue = createJobQueue({ pglite: undefined, log: quietLog, config: { databaseUrl } });
  await queue.get();
  await queue.stop();
  const { url, localUrl } = postgres;
  process.env[sharedVariable] = JSON.stringify({ url, localUrl, template: new URL(databaseUrl).pathname.slice(1) });
  return () => postgres.stop();
}
