import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

describe.skipIf(!hasPostgres)("Postgres", () => {
  let postgres: TestPostgres;
  let database: Awaited<ReturnType<typeof openTestDatabase>>;

  beforeAll(async () => {
    postgres = await startPostgres();
    database = await openTestDatabase(await postgres.createDatabase());
  });

  afterAll(async () => {
    await database?.close();
    await postgres?.stop();
  });

  it("compresses signed transactions by LZ4, if it can", async () => {
    const { db } = database;
    const { rows: methods } = await sql<{ method: string }>`select unnest(enumvals) as method from pg_settings
      where name = 'default_toast_compression'`.execute(db);
    await sql`insert into transactions (chain_id, hash, wallet, nonce, raw, gas, max_fee_per_gas, max_priority_fee_per_gas,
        status, created_at)
      values (${chainId}, 'hash', 'wallet', 0, repeat('0123', 5000), 0, 0, 0, 'pending', 0)`.execute(db);
    const { rows } = await sql<{ method: string }>`select pg_column_compression(raw) as method
      from transactions`.execute(db);
    expect(rows).toEqual([{ method: methods.some(({ method }) => method === "lz4") ? "lz4" : "pglz" }]);
  });
});
