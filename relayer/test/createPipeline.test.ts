import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenDatabase } from "../src/db/openDatabase.ts";
import { openTestDatabase } from "./support/openTestDatabase.ts";
import { hasPostgres, startPostgres } from "./support/startPostgres.ts";

const insert = (id: number) => sql<{ id: number }>`insert into things (id) values (${id}::int4) returning id`;
const select = sql<{ id: number }>`select id from things order by id`;

describe.for([
  { name: "PGlite", isHere: true },
  { name: "Postgres", isHere: hasPostgres },
])("a transaction on $name", ({ name, isHere }) => {
  let database: Pick<OpenDatabase, "db" | "pipeline" | "close">;
  let stopServer: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    if (!isHere) return;
    const postgres = name === "Postgres" ? await startPostgres() : undefined;
    if (postgres !== undefined) stopServer = () => postgres.stop();
    database = await openTestDatabase(await postgres?.createDatabase());
    await sql`create table things (id int4 primary key)`.execute(database.db);
  });

  afterAll(async () => {
    if (isHere) await database.close();
    await stopServer();
  });

  const read = async () => (await select.execute(database.db)).rows.map(({ id }) => id);

  it.skipIf(!isHere)("keeps what was committed, each statement seeing the ones before", async () => {
    const seen = await database.pipeline.transaction(async ({ run, commit }) => {
      const [, rows] = await Promise.all([run(insert(1)), run(select)]);
      await Promise.all([run(insert(2)), commit()]);
      return rows;
    });
    expect(seen).toEqual([{ id: 1 }]);
    expect(await read()).toEqual([1, 2]);
  });

  it.skipIf(!isHere)("keeps nothing when a statement fails, even if the commit is on its way", async () => {
    const failing = database.pipeline.transaction(async ({ run, commit }) => {
      await run(insert(3));
      await Promise.all([run(insert(1)), run(insert(4)), commit()]);
    });
    await expect(failing).rejects.toThrow(/things_pkey/);
    expect(await read()).toEqual([1, 2]);
  });

  it.skipIf(!isHere)("keeps nothing when its work throws", async () => {
    const failing = database.pipeline.transaction(async ({ run }) => {
      await run(insert(5));
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await read()).toEqual([1, 2]);
  });

  it.skipIf(!isHere)("keeps nothing that is rolled back, and returns what its work does", async () => {
    const seen = await database.pipeline.transaction(async ({ run, rollBack }) => {
      const [, rows] = await Promise.all([run(insert(7)), run(select)]);
      await rollBack();
      return rows;
    });
    expect(seen).toEqual([{ id: 1 }, { id: 2 }, { id: 7 }]);
    expect(await read()).toEqual([1, 2]);
  });

  it.skipIf(!isHere)("runs a statement again and again, on one connection and on several", async () => {
    const readInPipeline = () =>
      database.pipeline.transaction(async ({ run, commit }) => {
        const answers = await Promise.all([run(select), run(select), commit()]);
        return answers.slice(0, 2);
      });
    const all = await Promise.all(Array.from({ length: 30 }, readInPipeline));
    const ids = [{ id: 1 }, { id: 2 }];
    expect(all).toEqual(Array.from({ length: 30 }, () => [ids, ids]));
  });

  it.skipIf(!isHere)("reads what another one committed while it waited for its lock", async () => {
    const lock = sql`select pg_advisory_xact_lock(7)`;
    const held = Promise.withResolvers<undefined>();
    const first = database.pipeline.transaction(async ({ run, commit }) => {
      await run(lock);
      held.resolve(undefined);
      await Promise.all([run(sql`select pg_sleep(0.2)`), run(insert(6)), commit()]);
    });
    await held.promise;
    const second = database.pipeline.transaction(async ({ run, commit }) => {
      const [, rows] = await Promise.all([run(lock), run(select), commit()]);
      return rows;
    });
    await first;
    expect((await second).map(({ id }) => id)).toEqual([1, 2, 6]);
  });
});
