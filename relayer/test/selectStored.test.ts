import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { OpenDatabase } from "../src/db/openDatabase.ts";
import { selectStored } from "../src/db/orderRows.ts";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

type Plan = {
  "Node Type": string;
  "Relation Name"?: string | undefined;
  "Index Cond"?: string | undefined;
  Plans?: Plan[] | undefined;
};

const planSchema: z.ZodType<Plan> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Relation Name": z.string().optional(),
    "Index Cond": z.string().optional(),
    Plans: z.array(planSchema).optional(),
  }),
);
const explainSchema = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: planSchema })]) })]);

const toNodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(toNodes)];

describe.skipIf(!hasPostgres)("what is stored of orders", () => {
  let postgres: TestPostgres;
  let database: Pick<OpenDatabase, "db" | "pipeline" | "close">;

  beforeAll(async () => {
    postgres = await startPostgres();
    database = await openTestDatabase(await postgres.createDatabase());
  });

  afterAll(async () => {
    await database?.close();
    await postgres?.stop();
  });

  /** How Postgres reads tables for any parameters, in a database that it knows nothing of yet. */
  async function explain(): Promise<{ table: string; how: string; condition: string }[]> {
    const filter = { orderHashes: ["a"], sessionIds: ["b"], nonces: [{ sessionId: "b", nonce: 1 }], afterBlock: 1 };
    const { sql: text, parameters } = selectStored({ chainId, ...filter }).compile(database.db);
    return database.db.transaction().execute(async (tx) => {
      await sql`set local plan_cache_mode = force_generic_plan`.execute(tx);
      await sql.raw(`prepare stored as ${text}`).execute(tx);
      const values = parameters.map(() => "null").join(", ");
      const { rows } = await sql.raw(`explain (format json) execute stored (${values})`).execute(tx);
      await sql`deallocate stored`.execute(tx);
      const [row] = explainSchema.parse(rows);
      return toNodes(row["QUERY PLAN"][0].Plan).flatMap((node) => {
        const table = node["Relation Name"];
        if (table === undefined) return [];
        return [{ table, how: node["Node Type"], condition: node["Index Cond"] ?? "" }];
      });
    });
  }

  it("is sought by hash, by session and by nonce, never by chain alone", async () => {
    const scans = await explain();
    expect(scans.map(({ table }) => table).toSorted()).toEqual(["events", "orders", "orders", "orders", "orders"]);
    for (const { how, condition } of scans) {
      expect(how).toMatch(/^Index (Only )?Scan$/);
      expect(condition).toMatch(/order_hash|session_id|block_number/);
    }
  });
});
