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

test("removes what changes have left behind, where nothing else does", async () => {
  const getSize = async () => {
    const { rows } = await sql<{ size: number }>`select pg_relation_size('fee_quotes')::int4 as size`.execute(
      database.db,
    );
    return rows[0]?.size;
  };
  // Of what is in an index, so that Postgres cannot reuse a row's own place.
  const change = () => sql`update fee_quotes set per_million_gas = per_million_gas + 10000`.execute(database.db);
  await change();
  await change();
  expect(await tendTables(database)).toEqual({ counted: [], cleared: ["public.fee_quotes"] });
  const size = await getSize();
  expect(await tendTables(database)).toEqual({ counted: [], cleared: [] });
  await change();
  // In the place of the dead.
  expect(await getSize()).toBe(size);
});
