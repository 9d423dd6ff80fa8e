import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";
import { findFreePort } from "../../../scripts/stack/ports.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";

export type TestPostgres = {
  createDatabase: () => Promise<string>;
  /** Ends the server as a crash would, where it is our own. */
  crash: () => Promise<void>;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

type Server = Pick<TestPostgres, "crash" | "restart" | "stop"> & { url: string };

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

/** Databases of their own on the server at `DATABASE_URL`, or on a server of our own on this machine only. */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env["DATABASE_URL"];
  const nothing = (): Promise<void> => Promise.resolve();
  const server: Server =
    given === undefined ? await startServer() : { url: given, crash: nothing, restart: nothing, stop: nothing };
  const created: string[] = [];
  return {
    async createDatabase() {
      const name = `latchkey_test_${randomBytes(6).toString("hex")}`;
      await query(server.url, `create database ${name}`);
      created.push(name);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    crash: () => server.crash(),
    restart: () => server.restart(),
    async stop() {
      for (const name of created) await query(server.url, `drop database ${name} with (force)`);
      await server.stop();
    },
  };
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

async function startServer(): Promise<Server> {
  const found = findBinaries();
  if (found === undefined) throw new Error("There is no Postgres on this machine");
  const binaries = found;
  const folder = mkdtempSync(join(tmpdir(), "latchkey-postgres-"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, nobody, nobody);
  const options = { cwd: folder, ...(isRoot && { uid: nobody, gid: nobody }) };
  const data = join(folder, "data");
  const initialised = spawnSync(
    join(binaries, "initdb"),
    ["-D", data, "-U", "latchkey", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...options, encoding: "utf8" },
  );
  if (initialised.status !== 0) throw new Error(`initdb failed: ${initialised.stderr}`);
  const port = await findFreePort(0);
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories="];
  const url = `postgres://latchkey@127.0.0.1:${port}/postgres`;
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];

  async function launch(): Promise<(signal: NodeJS.Signals) => Promise<void>> {
    const child = spawn(join(binaries, "postgres"), args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
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
    // Immediate: as after a crash, it recovers from its log when it starts again.
    crash: () => end("SIGQUIT"),
    async restart() {
      end = await launch();
    },
    async stop() {
      // Fast: connections are ended.
      await end("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
