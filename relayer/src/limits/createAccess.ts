import type { Kysely } from "kysely";
import type { Address } from "viem";
import type { Config } from "../config.ts";
import { listAccess } from "../db/accessRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";

export type Access = ReturnType<typeof createAccess>;

type Deps = { db: Kysely<Database>; config: Pick<Config, "chainId" | "access" | "allowedAccounts"> };
type Verdicts = ReadonlyMap<string, "allow" | "deny">;

/** An operator's command takes effect on every instance within this time. */
const rememberedMs = 1_000;

/** Whom this relayer serves: what the operator said of the account last, otherwise what the configuration says. */
export function createAccess({ db, config }: Deps) {
  let verdicts: Promise<Verdicts> | undefined;
  let readAt = -Infinity;

  function readVerdicts(): Promise<Verdicts> {
    if (verdicts !== undefined && performance.now() - readAt < rememberedMs) return verdicts;
    readAt = performance.now();
    const reading = listAccess(db, config.chainId).then(
      (entries) => new Map(entries.map(({ account, verdict }) => [account, verdict] as const)),
    );
    reading.catch(() => {
      // What could not be read is read again, not remembered.
      if (verdicts === reading) verdicts = undefined;
    });
    verdicts = reading;
    return reading;
  }

  return {
    /** Throws `account-not-allowed` unless the account is served. */
    async check(account: Address): Promise<void> {
      const verdict = (await readVerdicts()).get(account);
      const isConfigured = config.access === "open" || config.allowedAccounts.includes(account);
      if (verdict === "allow" || (verdict === undefined && isConfigured)) return;
      throw new ProblemError("account-not-allowed", `This relayer does not serve the account ${account}`);
    },
  };
}
