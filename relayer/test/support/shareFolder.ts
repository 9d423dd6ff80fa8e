import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const variable = "LATCHKEY_TEST_FOLDER";

/** Of Vitest, before all test files: makes the folder that they share. */
export default async function shareFolder(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-shared-"));
  process.env[variable] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

/** Nothing outside of a test run. */
export function getSharedFolder(): string | undefined {
  return process.env[variable];
}

/** For processes of our own code: each is compiled by the first that runs it. */
export function toCompiledEnv(): Record<string, string> {
  const folder = getSharedFolder();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: join(folder, "compiled") };
}
