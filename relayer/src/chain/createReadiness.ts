import { sql, type Kysely } from "kysely";
import type { Config } from "../config.ts";
import { databaseNow } from "../db/databaseNow.ts";
import type { Database } from "../db/schema.ts";
import type { Indexer } from "./createIndexer.ts";
import { toErrorFields } from "../log.ts";
import { listAbandoned } from "../submission/laneRows.ts";
import type { Rpc } from "./createRpc.ts";

export type Readiness = {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string | undefined }>;
};

type Deps = { db: Kysely<Database>; rpc: Rpc; indexer: Indexer; config: Pick<Config, "chainId" | "manager"> };

/** What each check found wrong, or nothing; or what an operator should know though nothing is wrong. */
type Check = () => Promise<string | { note: string } | undefined>;

/** Whether orders can be taken and would be submitted: everything is asked anew, with the timeouts of each. */
export function createReadiness({ db, rpc, indexer, config: { chainId, manager } }: Deps): () => Promise<Readiness> {
  const checks: Record<string, Check> = {
    database: async () => {
      await sql`select 1`.execute(db);
      return undefined;
    },
    chain: async () => {
      const answered = await rpc.getChainId();
      return answered === chainId ? undefined : `The node is of the chain ${answered}, not ${chainId}`;
    },
    contract: async () => ((await rpc.getCode(manager)) === "0x" ? `There is no contract at ${manager}` : undefined),
    head: async () => (indexer.getHead() === undefined ? "The relayer is catching up with the chain" : undefined),
    // Of any instance: whichever takes an order, the one that has a lane submits it.
    lanes: async () => {
      const lanes = await db
        .selectFrom("lanes")
        .select(["mode", sql<boolean>`expires_at > ${databaseNow}`.as("is_worked")])
        .where("chain_id", "=", chainId)
        .execute();
      if (lanes.some(({ mode, is_worked }) => mode === "open" && is_worked)) return undefined;
      return lanes.length > 0 && lanes.every(({ mode }) => mode === "paused")
        ? "Every hot wallet is paused"
        : "No instance works an open hot wallet";
    },
    abandoned: async () => {
      const abandoned = await listAbandoned(db, chainId);
      if (abandoned.length === 0) return undefined;
      const list = abandoned.map(({ wallet, nonces, orders }) => `${wallet} (${nonces} nonces, ${orders} orders)`);
      return { note: `Nobody works hot wallets that have transactions under way: ${list.join(", ")}` };
    },
  };
  return async () => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const found = await check().catch((error: unknown) =>
          error instanceof Error ? toErrorFields(error).message : "It failed",
        );
        const detail = typeof found === "object" ? found.note : found;
        return [name, { ok: typeof found !== "string", ...(detail !== undefined && { detail }) }] as const;
      }),
    );
    return { ready: results.every(([, { ok }]) => ok), checks: Object.fromEntries(results) };
  };
}
