import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { moveUnsealed } from "../src/db/auditRows.ts";
import { insertEventRows } from "../src/db/chainRows.ts";
import type { Statement } from "../src/db/createPipeline.ts";
import { selectStored } from "../src/db/orderRows.ts";
import { tendTables } from "../src/db/tendTables.ts";
import { selectWaiting, updateClaimed } from "../src/submission/claimOrders.ts";
import { cancelWaiting } from "../src/submission/cancelOrder.ts";
import { releaseUndone, selectUndone, updateMinedTransactions } from "../src/submission/reconcile.ts";
import { updateSubmitted } from "../src/submission/storeBatch.ts";
import { selectLate, updateMined } from "../src/submission/settleOrders.ts";
import { selectRivals, updateRuns } from "../src/submission/settleRuns.ts";
import { dropNonces } from "../src/submission/transactionRows.ts";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";
import { storeOldOrders } from "./support/storeOldOrders.ts";

type Plan = {
  "Node Type": string;
  "Relation Name"?: string | undefined;
  "Index Name"?: string | undefined;
  "Index Cond"?: string | undefined;
  Plans?: Plan[] | undefined;
};

const planSchema: z.ZodType<Plan> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Relation Name": z.string().optional(),
    "Index Name": z.string().optional(),
    "Index Cond": z.string().optional(),
    Plans: z.array(planSchema).optional(),
  }),
);
const explainSchema = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: planSchema })]) })]);

const toNodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(toNodes)];

const run = { order_hash: "a", transaction_hash: "b", block_number: 1 };
const event = {
  ...run,
  log_index: 1,
  block_hash: "c",
  timestamp: 1,
  name: "OrderExecuted",
  account: null,
  session_id: "d",
  args: "{}",
  is_settled: true,
};

const mined = { hash: "a", nonce: 1, blockNumber: 1 };

type Case = readonly [name: string, tables: readonly string[], statement: Statement];

/** What asks for tables by lists, and those that it seeks in, as often as it does. */
const queries: readonly Case[] = [
  [
    "what is stored of orders",
    ["events", "orders", "orders", "orders", "orders"],
    selectStored({
      chainId,
      orderHashes: ["a"],
      sessionIds: ["b"],
      nonces: [{ sessionId: "b", nonce: 1 }],
      afterBlock: 1,
    }),
  ],
  ["accounts of the sessions that events are of", ["sessions"], insertEventRows(chainId, [event])],
  [
    "rivals of orders that ran",
    ["orders", "orders"],
    selectRivals(chainId, [{ order_hash: "a", session_id: "b", nonce: 1 }]),
  ],
  ["orders past their deadlines", ["orders"], selectLate(chainId, 1)],
  ["what waits for lanes", ["orders", "orders", "orders"], selectWaiting(chainId, ["a"])],
];

/** What changes rows by lists. */
const changes: readonly Case[] = [
  ["orders that a lane claims", ["orders"], updateClaimed(chainId, [{ order_hash: "a", lane: "b" }])],
  ["orders that were mined", ["orders"], updateMined(chainId, [run])],
  ["orders that ran", ["orders"], updateRuns(chainId, [{ ...run, status: "confirmed", reason: null }])],
  ["transactions that were mined", ["transactions"], updateMinedTransactions(chainId, [mined])],
  ["transactions that come too late", ["transactions"], dropNonces({ chainId, wallet: "a" }, [1])],
  ["orders that nothing is known of", ["orders"], selectUndone(chainId, [mined])],
  [
    "orders that wait again",
    ["orders"],
    releaseUndone(chainId, { order_hash: "a", attempts: 1, transaction_hash: "b" }),
  ],
  [
    "orders that are submitted",
    ["orders"],
    updateSubmitted(chainId, { lane: { wallet: "a" }, hash: "b", orderHashes: ["c"] }),
  ],
  ["orders that are taken back", ["orders"], cancelWaiting({ chain_id: chainId, session_id: "a", nonce: 1 })],
];

describe.skipIf(!hasPostgres)("plans of Postgres", () => {
  let postgres: TestPostgres;
  let databaseUrl: string;
  let database: Awaited<ReturnType<typeof openTestDatabase>>;

  beforeAll(async () => {
    postgres = await startPostgres({ isOwn: true });
    databaseUrl = await postgres.createDatabase();
    database = await openTestDatabase(databaseUrl);
  });

  afterAll(async () => {
    await database?.close();
    await postgres?.stop();
  });

  type Scan = { table: string; how: string; index: string; condition: string };

  function toScans(rows: unknown): Scan[] {
    const [row] = explainSchema.parse(rows);
    return toNodes(row["QUERY PLAN"][0].Plan).flatMap((node) => {
      const table = node["Relation Name"];
      // Of what is written there are no conditions: it has been found before.
      if (table === undefined || node["Node Type"] === "ModifyTable") return [];
      const { "Node Type": how, "Index Name": index = "", "Index Cond": condition = "" } = node;
      return [{ table, how, index, condition }];
    });
  }

  /** How tables are read for any parameters, and for these. */
  async function explain(statement: Statement): Promise<[any: Scan[], these: Scan[]]> {
    const { sql: text, parameters } = statement.compile(database.db);
    return database.db.transaction().execute(async (tx) => {
      const these = await tx.executeQuery({ ...statement.compile(database.db), sql: `explain (format json) ${text}` });
      await sql`set local plan_cache_mode = force_generic_plan`.execute(tx);
      await sql.raw(`prepare planned as ${text}`).execute(tx);
      const values = parameters.map(() => "null").join(", ");
      const any = await sql.raw(`explain (format json) execute planned (${values})`).execute(tx);
      await sql`deallocate planned`.execute(tx);
      return [toScans(any.rows), toScans(these.rows)];
    });
  }

  /** What is not sought by hash, session, nonce, block or deadline in one of the tables, for any parameters or for these. */
  async function findUnsought(tables: readonly string[], statement: Statement): Promise<unknown[]> {
    return (await explain(statement)).flatMap((scans) => {
      const unsought: unknown[] = scans.filter(
        ({ how, index, condition }) =>
          !/^Index (Only )?Scan$/.test(how) ||
          // What waits has an index of its own, and so has what a wallet has under way.
          (!/^(orders_waiting|transactions_open)$/.test(index) &&
            !/hash|session_id|block_number|deadline|nonce/.test(condition)),
      );
      const read = scans.map(({ table }) => table).toSorted();
      return read.join() === tables.join() ? unsought : [...unsought, read];
    });
  }

  it.each(queries)(
    "seek %s by more than the chain, in a database that nobody knows anything of",
    async (_, tables, statement) => {
      expect(await findUnsought(tables, statement)).toEqual([]);
    },
  );

  describe("of tables that the relayer has counted", () => {
    beforeAll(async () => {
      const { db } = database;
      await sql`insert into orders (chain_id, order_hash, session_id, account, nonce, deadline, gas_limit, calls, packed, status,
          holds_nonce, reservations, attempts, not_before, accepted_at)
        select ${chainId}, number, number, 'account', 0, 0, 80000, '[]', repeat('0', 1400),
          case when number % 20 = 0 then 'accepted' else 'confirmed' end, true, '[]', 0, 0, 0
        from generate_series(1, 4000) as number`.execute(db);
      await sql`insert into transactions (chain_id, hash, wallet, nonce, raw, gas, max_fee_per_gas, max_priority_fee_per_gas,
          status, created_at)
        select ${chainId}, number, 'wallet', number, '0x', 0, 0, 0, 'pending', 0
        from generate_series(1, 2000) as number`.execute(db);
      // Postgres says what has changed when a second has gone by.
      const missing = new Set(["public.orders", "public.transactions"]);
      await waitUntil({
        what: "tables to be counted",
        timeoutMs: 20_000,
        intervalMs: 500,
        async probe() {
          for (const table of (await tendTables(database)).counted) missing.delete(table);
          return missing.size === 0 ? true : undefined;
        },
      });
    });

    it.each([...queries, ...changes])("seek %s by more than the chain", async (_, tables, statement) => {
      expect(await findUnsought(tables, statement)).toEqual([]);
    });

    describe("and that have many orders of long ago", () => {
      beforeAll(() => storeOldOrders(databaseUrl, chainId, 100_000));

      // But for these: what may still run is little beside them, and read once for all orders of a block.
      const others = changes.filter(([name]) => name !== "orders that were mined");
      it.each([...queries, ...others])("seek %s by more than the chain", async (_, tables, statement) => {
        expect(await findUnsought(tables, statement)).toEqual([]);
      });

      it("tell no index which lane claims an order", async () => {
        const { rows } = await database.db.transaction().execute(async (tx) => {
          await sql`update orders set lane = 'a' where sequence = (select min(sequence) from orders)`.execute(tx);
          return sql<{ all: number; hot: number }>`select pg_stat_get_xact_tuples_updated('orders'::regclass) as all,
            pg_stat_get_xact_tuples_hot_updated('orders'::regclass) as hot`.execute(tx);
        });
        expect(rows).toEqual([{ all: 1, hot: 1 }]);
      });

      it("number an entry of the audit log by moving it, and clear away where it waited", async () => {
        const count = 1_500;
        const fill = () =>
          sql`insert into audit_unsealed (chain_id, at, kind, body_hash)
            select ${chainId}, 0, 'sentinel-hold', 'hash' from generate_series(1, ${count}::int4)`.execute(database.db);
        const getSize = async () => {
          const { rows } = await sql<{ size: number }>`select pg_relation_size('audit_unsealed')::int4 as size`.execute(
            database.db,
          );
          return rows[0]?.size;
        };
        await sql`delete from audit_unsealed`.execute(database.db);
        await fill();
        const moved = await database.db.transaction().execute(async (tx) => {
          await moveUnsealed(chainId, 2 * count).execute(tx);
          const { rows } = await sql<{ inserted: number; updated: number }>`select
            pg_stat_get_xact_tuples_inserted('audit_entries'::regclass) as inserted,
            pg_stat_get_xact_tuples_updated('audit_entries'::regclass) as updated`.execute(tx);
          return rows;
        });
        expect(moved).toEqual([{ inserted: count, updated: 0 }]);
        // Postgres tells what has changed a little later.
        await waitUntil({
          what: "the dead rows to be removed",
          timeoutMs: 20_000,
          intervalMs: 200,
          probe: async () => (await tendTables(database)).cleared.includes("public.audit_unsealed") || undefined,
        });
        const size = await getSize();
        await fill();
        expect(await getSize()).toBe(size);
      });

      it("are neither compiled nor shared out, however dear they look", async () => {
        for (const setting of ["jit", "max_parallel_workers_per_gather"]) {
          const { rows } = await sql<Record<string, string>>`show ${sql.raw(setting)}`.execute(database.db);
          expect(rows).toEqual([{ [setting]: setting === "jit" ? "off" : "0" }]);
        }
      });
    });
  });
});
