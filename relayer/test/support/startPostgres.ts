import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { findFreePort } from "../../../scripts/stack/ports.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";

const run = promisify(execFile);

export type TestPostgres = { url: string; stop: () => Promise<void> };

/** The folder with Postgres' programs, if it is installed. */
export function findPostgres(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : [];
  const folders = [...versions, ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** Starts a Postgres of its own in a temporary folder. It refuses to run as root, so then it runs as `nobody`. */
export async function startPostgres(folder: string): Promise<TestPostgres> {
  const data = await mkdtemp(join(tmpdir(), "latchkey-postgres-"));
  const user = process.getuid?.() === 0 ? await findNobody() : undefined;
  if (user !== undefined) await chown(data, user.uid, user.gid);
  await chmod(data, 0o700);
  const options = { cwd: "/", env: { PATH: process.env["PATH"], LC_ALL: "C" }, ...user };
  await run(join(folder, "initdb"), ["-D", data, "-U", "latchkey", "-A", "trust", "-E", "UTF8", "-N"], options);
  const port = await findFreePort(0);
  const args = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", data, "-c", "max_connections=30"];
  const server = spawn(join(folder, "postgres"), args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const exited = new Promise<void>((resolve) => {
    server.once("close", () => resolve());
  });
  const kill = (): void => {
    server.kill("SIGINT");
  };
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    // Ends connections, unlike SIGTERM, which waits for them.
    server.kill("SIGINT");
    await exited;
    await rm(data, { recursive: true, force: true });
  };
  try {
    const ended = exited.then((): never => {
      throw new Error(`Postgres ended:\n${log}`);
    });
    ended.catch(() => undefined);
    const isReady = async () => (log.includes("ready to accept connections") ? true : undefined);
    await waitUntil({ what: "Postgres", probe: isReady, timeoutMs: 20_000, intervalMs: 50, until: ended });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://latchkey@127.0.0.1:${port}/postgres`, stop };
}

async function findNobody(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => (await run("id", [flag, "nobody"])).stdout));
  return { uid: Number(uid), gid: Number(gid) };
}
