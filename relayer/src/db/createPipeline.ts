import type { CompiledQuery, Kysely } from "kysely";
import type pg from "pg";
import type { Database } from "./schema.ts";

/** One that gives rows, or none. */
export type Statement<Row extends pg.QueryResultRow = pg.QueryResultRow> = {
  compile: (db: Kysely<Database>) => CompiledQuery<Row>;
};

export type PipelinedTransaction = {
  /** The statement's rows. Statements run in the order of the calls, and none needs to wait for the answer to another. */
  run: <Row extends pg.QueryResultRow>(statement: Statement<Row>) => Promise<Row[]>;
  /** Once, as the last thing. What ran before it is kept when it returns. */
  commit: () => Promise<void>;
};

export type Pipeline = {
  /** If `work` throws, nothing of it is kept, unless the connection broke during the commit: then nobody knows. */
  transaction: <Result>(work: (tx: PipelinedTransaction) => Promise<Result>) => Promise<Result>;
};

/**
 * Transactions that seldom wait for the database: on Postgres, statements travel in its pipeline mode. Each still has a
 * snapshot of its own (read committed), so one that reads sees all that was there when the one before it got its locks.
 */
export function createPipeline({ db, pool }: { db: Kysely<Database>; pool: pg.Pool | undefined }): Pipeline {
  if (pool !== undefined) return { transaction: (work) => runPipelined({ db, pool }, work) };
  return {
    // It commits when `work` returns.
    transaction: (work) =>
      db.transaction().execute((tx) =>
        work({
          run: async (statement) => (await tx.executeQuery(statement.compile(db))).rows,
          commit: () => Promise.resolve(),
        }),
      ),
  };
}

async function runPipelined<Result>(
  { db, pool }: { db: Kysely<Database>; pool: pg.Pool },
  work: (tx: PipelinedTransaction) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let isCommitted = false;
  const faults: unknown[] = [];
  try {
    const begun = client.query("begin");
    const result = await work({
      async run<Row extends pg.QueryResultRow>(statement: Statement<Row>) {
        const { sql: text, parameters } = statement.compile(db);
        const answer = client.query<Row>(text, [...parameters]);
        // What is sent after one that fails fails of that.
        answer.catch((error: unknown) => faults.push(error));
        const [{ rows }] = await Promise.all([answer, begun]);
        return rows;
      },
      async commit() {
        const { command } = await client.query("commit");
        if (command !== "COMMIT") throw new Error("A statement failed, so the transaction was rolled back");
        isCommitted = true;
      },
    });
    if (!isCommitted) throw new Error("The transaction was not committed");
    client.release();
    return result;
  } catch (error) {
    // What was not committed ends with its connection.
    client.release(true);
    throw faults[0] ?? error;
  }
}
