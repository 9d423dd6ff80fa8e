import { existsSync } from "node:fs";
import { cp, mkdtemp, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { openDatabase } from "../../src/db/openDatabase.ts";
import { quietLog } from "./quietLog.ts";
import { getSharedFolder } from "./shareFolder.ts";

/**
 * A folder of its own for the data of a test. In a test run its database has been made, and brought up to date, once for all
 * files: to make one takes PGlite several seconds of a processor, and to open it a part of one.
 */
export async function createDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-data-"));
  const home = getSharedFolder();
  if (home !== undefined)
    await cp(join(await getTemplate(home), "pglite"), join(folder, "pglite"), { recursive: true });
  return folder;
}

async function getTemplate(home: string): Promise<string> {
  const template = join(home, "template");
  if (existsSync(template)) return template;
  // Other test files want it too.
  const release = await lock(home, { retries: { retries: 600, factor: 1, minTimeout: 100, maxTimeout: 100 } });
  try {
    if (!existsSync(template)) await makeTemplate(join(home, "making"), template);
  } finally {
    await release();
  }
  return template;
}

async function makeTemplate(making: string, template: string): Promise<void> {
  const { close } = await openDatabase({ databaseUrl: undefined, dataDir: making, log: quietLog });
  await close();
  // At once, so that nobody finds half of it.
  await rename(making, template);
}
