import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";
import { findFreePort } from "../../../scripts/stack/ports.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";
import { endWithUs } from "./endWithUs.ts";
import { getSharedPostgres } from "./getSharedPostgres.ts";

export type TestPostgres = ServerUrls & {
  /** Its URL. `isLocal`: by a Unix socket, where it is our own. */
  createDatabase: (options?: { isLocal?: boolean }) => Promise<string>;
  /** Ends the server as a crash would, where it is our own. */
  crash: () => Promise<void>;
  restart: () => Promise<void>;
  /** Leaves nothing of its disk, until `freeDisk`; where it was started on a disk of its own. */
  fillDisk: () => void;
  freeDisk: () => void;
  stop: () => Promise<void>;
};

/** Of a database: over TCP, and by a Unix socket where the server is on this machine. */
export type ServerUrls = { url: string; localUrl: string };

type Server = Omit<TestPostgres, "createDatabase">;

/** Where `initdb` and `postgres` are, if this machine has them. */
function findBinaries(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : []),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** Whether there is a Postgres to test with: a server at `DATABASE_URL`, or its binaries. */
export const hasPostgres = process.env["DATABASE_URL"] !== undefined || findBinaries() !== undefined;

/** Whether this machine can run a Postgres of a test's own, which the test may crash. */
export const hasOwnPostgres = findBinaries() !== undefined;

const nothing = (): Promise<void> => Promise.resolve();
const noDisk = (): void => undefined;

/** One that others run. */
function toServer({ url, localUrl }: ServerUrls): Server {
  return { url, localUrl, crash: nothing, restart: nothing, fillDisk: noDisk, freeDisk: noDisk, stop: nothing };
}

type Options = {
  /** Of its disk. */
  diskMb?: number;
  /** Whether the test crashes it, or keeps others from sealing by long transactions, so that it must be nobody else's. */
  isOwn?: boolean;
};

/**
 * Databases of their own on the server at `DATABASE_URL`, on the one that the test run shares, or on a server of our own, on
 * this machine only.
 */
export async function startPostgres({ diskMb, isOwn = false }: Options = {}): Promise<TestPostgres> {
  const given = process.env["DATABASE_URL"];
  const urls = given === undefined ? getSharedPostgres() : { url: given, localUrl: given };
  const mustStart = diskMb !== undefined || (isOwn && hasOwnPostgres);
  const server = urls === undefined || mustStart ? await startServer(diskMb) : toServer(urls);
  const created: TestDatabase[] = [];
  return {
    url: server.url,
    localUrl: server.localUrl,
    async createDatabase({ isLocal = false } = {}) {
      const database = await createDatabase(server);
      created.push(database);
      return isLocal ? database.localUrl : database.url;
    },
    crash: () => server.crash(),
    restart: () => server.restart(),
    fillDisk: () => server.fillDisk(),
    freeDisk: () => server.freeDisk(),
    async stop() {
      for (const { drop } of created) await drop();
      await server.stop();
    },
  };
}

export type TestDatabase = ServerUrls & { drop: () => Promise<void> };

/** @param template Name of the database that it is a copy of; by default it is empty. */
async function createDatabase(server: ServerUrls, template = "template1"): Promise<TestDatabase> {
  const name = `latchkey_test_${randomBytes(6).toString("hex")}`;
  await query(server.url, `create database ${name} template ${template}`);
  const toUrl = (of: string): string => {
    const url = new URL(of);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    url: toUrl(server.url),
    localUrl: toUrl(server.localUrl),
    drop: () => query(server.url, `drop database ${name} with (force)`),
  };
}

/** One for a relayer that is a test's own, with all tables. Nothing where there is no shared Postgres. */
export async function createSharedDatabase(): Promise<TestDatabase | undefined> {
  const shared = getSharedPostgres();
  return shared && createDatabase(shared, shared.template);
}

async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Postgres refuses to run as root, so root runs it as nobody. */
const nobody = 65_534;

/** Whether this machine has Postgres and lets us mount a small disk in memory for it. */
export function canLimitDisk(): boolean {
  if (findBinaries() === undefined || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), "latchkey-disk-"));
  const isMounted = mountDisk(folder, 1);
  if (isMounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
  return isMounted;
}

function mountDisk(folder: string, sizeMb: number): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m`, "tmpfs", folder]).status === 0;
}

async function startServer(diskMb?: number): Promise<Server> {
  const found = findBinaries();
  if (found === undefined) throw new Error("There is no Postgres on this machine");
  const binaries = found;
  const folder = mkdtempSync(join(tmpdir(), "latchkey-postgres-"));
  if (diskMb !== undefined && !mountDisk(folder, diskMb)) throw new Error("A small disk could not be mounted");
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, nobody, nobody);
  const options = { cwd: folder, ...(isRoot && { uid: nobody, gid: nobody }) };
  const data = join(folder, "data");
  const initialised = spawnSync(
    join(binaries, "initdb"),
    [
      "-D",
      data,
      "-U",
      "latchkey",
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync",
      ...(diskMb === undefined ? [] : ["--wal-segsize=1"]),
    ],
    { ...options, encoding: "utf8" },
  );
  if (initialised.status !== 0) throw new Error(`initdb failed: ${initialised.stderr}`);
  const port = await findFreePort(0);
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
  if (diskMb !== undefined) settings.push("max_wal_size=4MB", "min_wal_size=2MB");
  const ballast = join(folder, "ballast");
  const url = `postgres://latchkey@127.0.0.1:${port}/postgres`;
  const localUrl = `postgres://latchkey@${encodeURIComponent(folder)}:${port}/postgres`;
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];

  async function launch(): Promise<(signal: NodeJS.Signals) => Promise<void>> {
    const child = spawn(join(binaries, "postgres"), args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    endWithUs(child);
    let log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    const exited = once(child, "exit");
    const ended = exited.then((): never => {
      throw new Error(`Postgres ended:\n${log}`);
    });
    ended.catch(() => undefined);
    await waitUntil({
      what: "Postgres",
      probe: () => query(url, "select 1").then(() => true),
      timeoutMs: 30_000,
      until: ended,
    });
    return async (signal) => {
      child.kill(signal);
      await exited;
    };
  }

  let end = await launch();
  return {
    url,
    localUrl,
    // Immediate: as after a crash, it recovers from its log when it starts again.
    crash: () => end("SIGQUIT"),
    async restart() {
      end = await launch();
    },
    fillDisk() {
      const file = openSync(ballast, "w");
      try {
        for (;;) writeSync(file, Buffer.alloc(65_536));
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      } finally {
        closeSync(file);
      }
    },
    freeDisk: () => rmSync(ballast),
    async stop() {
      // Fast: connections are ended.
      await end("SIGINT");
      if (diskMb !== undefined) spawnSync("umount", ["-l", folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
