import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Log } from "../log.ts";
import { openDatabase } from "./openDatabase.ts";
import type { Database } from "./schema.ts";

type Options = { databaseUrl: string | undefined; dataDir: string; chainId: number; log: Log };

/**
 * The data for a command of the operator. On Postgres beside the relayers that run; PGlite is one process' at a time, so
 * its relayer must be stopped first. Throws `DataInUseError` otherwise.
 */
export async function openOperatorDatabase(
  options: Options,
): Promise<{ db: Kysely<Database>; close: () => Promise<void> }> {
  const { databaseUrl } = options;
  if (databaseUrl === undefined) return openDatabase(options);
  const types = new pg.TypeOverrides();
  types.setTypeParser(20, Number);
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
    max: 1,
    types,
  });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { db, close: () => db.destroy() };
}
