import type { Kysely } from "kysely";
import { pino } from "pino";
import { readConfig, type Config } from "../config.ts";
import { openOperatorDatabase } from "../db/openOperatorDatabase.ts";
import type { Database } from "../db/schema.ts";
import type { Env } from "./runCommand.ts";

/** Opens the data that the configuration names for `work`, and closes it again. */
export async function withDatabase<T>(
  env: Env,
  work: (db: Kysely<Database>, config: Config) => Promise<T>,
): Promise<T> {
  const config = readConfig(env);
  // What the operator asked for goes to standard output; only trouble is told beside it.
  const log = pino({ level: "error" }, process.stderr);
  const { db, close } = await openOperatorDatabase({ ...config, log });
  try {
    return await work(db, config);
  } finally {
    await close();
  }
}
