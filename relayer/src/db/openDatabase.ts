import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, PostgresDialect } from "kysely";
import { Migrator } from "kysely/migration";
import pg from "pg";
import { lock } from "proper-lockfile";
import { createGatheringSocket } from "./createGatheringSocket.ts";
import { createPipeline, type Pipeline } from "./createPipeline.ts";
import { migrationProvider } from "./migrations.ts";
import type { Database } from "./schema.ts";

export type OpenDatabase = {
  db: Kysely<Database>;
  kind: "pglite" | "postgres";
  /** Transactions of many statements. */
  pipeline: Pipeline;
  /** For jobs, which share its one connection. */
  pglite?: PGlite;
  close: () => Promise<void>;
};

/** The data is in use by another relayer. */
export class DataInUseError extends Error {
  override name = "DataInUseError";
}

type Options = { databaseUrl: string | undefined; dataDir: string; log: DatabaseLog };

type DatabaseLog = Record<"warn" | "fatal", (fields: object, text: string) => void>;

/** Opens Postgres if there is a URL, otherwise PGlite; takes the lock, and brings the tables up to date. */
export async function openDatabase(options: Options): Promise<OpenDatabase> {
  const opened =
    options.databaseUrl === undefined
      ? await openPglite(options)
      : await openPostgres({ ...options, databaseUrl: options.databaseUrl });
  try {
    const migrator = new Migrator({ db: opened.db, provider: migrationProvider });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw new Error("The database could not be brought up to date", { cause: error });
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openPglite({ dataDir, log }: Options): Promise<OpenDatabase> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await clearDeadLock(dataDir);
  const release = await lock(dataDir, {
    lockfilePath: toLockPath(dataDir),
    stale: 5_000,
    update: 1_000,
    // A relayer that was killed leaves its lock behind; it is stale after five seconds.
    retries: { retries: 16, factor: 1, minTimeout: 500, maxTimeout: 500 },
    onCompromised: (error) => {
      // Someone else may write now: going on could corrupt the data.
      log.fatal({ err: error }, "The lock on the data directory is lost");
      process.exit(1);
    },
  }).catch((cause: unknown) => {
    throw new DataInUseError(`The data directory ${dataDir} is in use by another relayer`, { cause });
  });
  await writeFile(toHolderPath(dataDir), `${process.pid} ${hostname()}\n`);
  log.warn(
    { dataDir },
    "The data is in PGlite, which is for trying out: it survives a crash of the relayer but not a power loss. Set DATABASE_URL to use Postgres.",
  );
  // Only here: it is a whole database in memory.
  const { PGlite: EmbeddedPostgres } = await import("@electric-sql/pglite");
  const pglite = new EmbeddedPostgres(join(dataDir, "pglite"));
  await pglite.exec(planning.map(([name, value]) => `set ${name} = ${value}`).join(";"));
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
  return {
    db,
    kind: "pglite",
    pipeline: createPipeline({ db, pool: undefined }),
    pglite,
    close: async () => {
      await db.destroy();
      await release();
    },
  };
}

const toLockPath = (dataDir: string): string => join(dataDir, "lock");
const toHolderPath = (dataDir: string): string => join(dataDir, "holder");

/** Takes away the lock of a relayer that ran on this machine and is dead, instead of waiting until it is stale. */
async function clearDeadLock(dataDir: string): Promise<void> {
  // `<pid> <host>`; a file that was not written to its end is of nobody.
  const text = await readFile(toHolderPath(dataDir), "utf8").catch(() => "");
  const [, pid, host] = /^(\d+) (.+)\n$/.exec(text) ?? [];
  if (host !== hostname() || isAlive(Number(pid))) return;
  await rm(toHolderPath(dataDir), { force: true });
  await rm(toLockPath(dataDir), { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

/**
 * Orders change several times while they are live. An index still has what they were before, until a plain scan of it marks
 * that as dead; a bitmap scan marks nothing, and reads it again each time. And what is asked for each
 * order has an index: reading a whole table instead looks cheap as long as nobody has counted its rows, and is not. Tables are
 * counted by a sample of 3,000 rows, since `tendTables` counts them while orders wait. Plans for any parameters look dear in a
 * great table though they read little: compiling them, or sharing them out to processes, takes longer than they do.
 */
const planning = [
  ["enable_bitmapscan", "off"],
  ["enable_seqscan", "off"],
  ["default_statistics_target", "10"],
  ["jit", "off"],
  ["max_parallel_workers_per_gather", "0"],
] as const;

/** int8 as number, as PGlite does: block numbers, times and ids stay far below 2^53. */
const types = new pg.TypeOverrides();
types.setTypeParser(20, Number);

/** Any number of relayers may use one database. */
async function openPostgres({ databaseUrl, log }: Options & { databaseUrl: string }): Promise<OpenDatabase> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
    statement_timeout: 30_000,
    // A paused instance must not hold up the others with a transaction that it left open.
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    types,
    max: 16,
    pipeline: true,
    stream: createGatheringSocket,
    options: planning.map(([name, value]) => `-c ${name}=${value}`).join(" "),
  });
  // One that breaks between two statements of a transaction tells nobody else, and would end the process.
  pool.on("connect", (client) => {
    client.on("error", (error) => log.warn({ err: error }, "A connection to the database was lost"));
  });
  pool.on("error", (error) => log.warn({ err: error }, "An idle connection to the database was lost"));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { db, kind: "postgres", pipeline: createPipeline({ db, pool }), close: () => db.destroy() };
}
