import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tendTables } from "../src/db/tendTables.ts";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const insertQuotes = (from: number, to: number) =>
  sql`insert into fee_quotes select ${chainId}, number, 0 from generate_series(${from}::int4, ${to}::int4) as number`.execute(
    database.db,
  );

test("counts a table that has grown, and again when it is five times as large", async () => {
  await insertQuotes(1, 99);
  expect(await tendTables(database)).toEqual({ counted: [], cleared: [] });
  await insertQuotes(100, 200);
  expect(await tendTables(database)).toEqual({ counted: ["public.fee_quotes"], cleared: [] });
  await insertQuotes(201, 1_000);
  expect(await tendTables(database)).toEqual({ counted: [], cleared: [] });
  await insertQuotes(1_001, 1_101);
  expect(await tendTables(database)).toEqual({ counted: ["public.fee_quotes"], cleared: [] });
});

async function getSize(table: string): Promise<number | undefined> {
  const { rows } = await sql<{ size: number }>`select pg_relation_size(${table}::regclass)::int4 as size`.execute(
    database.db,
  );
  return rows[0]?.size;
}

test("removes what changes have left behind, where nothing else does", async () => {
  // Of what is in an index, so that Postgres cannot reuse a row's own place.
  const change = () => sql`update fee_quotes set per_million_gas = per_million_gas + 10000`.execute(database.db);
  await change();
  await change();
  expect(await tendTables(database)).toEqual({ counted: [], cleared: ["public.fee_quotes"] });
  const size = await getSize("fee_quotes");
  expect(await tendTables(database)).toEqual({ counted: [], cleared: [] });
  await change();
  // In the place of the dead.
  expect(await getSize("fee_quotes")).toBe(size);
});

test("empties what is read from end to end, which keeps its length for what comes next unless it was long", async () => {
  const fill = (count: number) =>
    sql`insert into audit_unsealed (chain_id, at, kind, body_hash)
      select ${chainId}, 0, 'order-accepted', repeat('0', 1700) from generate_series(1, ${count}::int4)`.execute(
      database.db,
    );
  await fill(2_000);
  await database.db.deleteFrom("audit_unsealed").execute();
  const size = await getSize("audit_unsealed");
  expect(size).toBeGreaterThan(0);
  expect(await tendTables(database)).toEqual({ counted: [], cleared: ["public.audit_unsealed"] });
  expect(await getSize("audit_unsealed")).toBe(size);
  await fill(2_000);
  expect(await getSize("audit_unsealed")).toBe(size);
  await fill(10_000);
  await database.db.deleteFrom("audit_unsealed").execute();
  expect(await tendTables(database)).toEqual({ counted: [], cleared: ["public.audit_unsealed"] });
  expect(await getSize("audit_unsealed")).toBe(0);
});
