import type { CompiledQuery, Kysely } from "kysely";
import type pg from "pg";
import type { Database } from "./schema.ts";

/**
 * One that gives rows, or none. Its text is one of a few, whatever its parameters: each connection of Postgres keeps it
 * parsed and planned.
 */
export type Statement<Row extends pg.QueryResultRow = pg.QueryResultRow> = {
  compile: (db: Kysely<Database>) => CompiledQuery<Row>;
};

export type PipelinedTransaction = {
  /** The statement's rows. Statements run in the order of the calls, and none needs to wait for the answer to another. */
  run: <Row extends pg.QueryResultRow>(statement: Statement<Row>) => Promise<Row[]>;
  /** Once, as the last thing. What ran before it is kept when it returns. */
  commit: () => Promise<void>;
  /** Instead of `commit`: nothing of it is kept. */
  rollBack: () => Promise<void>;
};

type Work<Result> = (tx: PipelinedTransaction) => Promise<Result>;

export type Pipeline = {
  /** If `work` throws, nothing of it is kept, unless the connection broke during the commit: then nobody knows. */
  transaction: <Result>(work: Work<Result>) => Promise<Result>;
};

/**
 * Transactions that seldom wait for the database: on Postgres, statements travel in its pipeline mode. Each still has a
 * snapshot of its own (read committed), so one that reads sees all that was there when the one before it got its locks.
 */
export function createPipeline({ db, pool }: { db: Kysely<Database>; pool: pg.Pool | undefined }): Pipeline {
  return {
    transaction: (work) => (pool === undefined ? runInTurn(db, work) : runPipelined({ db, pool }, work)),
  };
}

class RolledBack extends Error {
  override name = "RolledBack";
}

async function runInTurn<Result>(db: Kysely<Database>, work: Work<Result>): Promise<Result> {
  let result: { value: Result } | undefined;
  let isUnwanted = false;
  try {
    await db.transaction().execute(async (tx) => {
      const value = await work({
        run: async (statement) => (await tx.executeQuery(statement.compile(db))).rows,
        // It does when this returns.
        commit: () => Promise.resolve(),
        rollBack: () => {
          isUnwanted = true;
          return Promise.resolve();
        },
      });
      result = { value };
      if (isUnwanted) throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  if (result === undefined) throw new Error("The transaction has no result");
  return result.value;
}

/**
 * Plans are for any parameters: those for given ones may look cheaper, and take longer to find than to run. `plans.test.ts`
 * reads both.
 */
const begin = "begin; set local plan_cache_mode = force_generic_plan";

/** Of statements, by their texts. */
const names = new Map<string, string>();

function toName(text: string): string {
  const name = names.get(text) ?? `latchkey_${names.size + 1}`;
  names.set(text, name);
  return name;
}

async function runPipelined<Result>(
  { db, pool }: { db: Kysely<Database>; pool: pg.Pool },
  work: Work<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let isEnded = false;
  const faults: unknown[] = [];
  try {
    const begun = client.query(begin);
    const result = await work({
      async run<Row extends pg.QueryResultRow>(statement: Statement<Row>) {
        const { sql: text, parameters } = statement.compile(db);
        const answer = client.query<Row>({ name: toName(text), text, values: [...parameters] });
        // What is sent after one that fails fails of that.
        answer.catch((error: unknown) => faults.push(error));
        const [{ rows }] = await Promise.all([answer, begun]);
        return rows;
      },
      async commit() {
        const { command } = await client.query("commit");
        if (command !== "COMMIT") throw new Error("A statement failed, so the transaction was rolled back");
        isEnded = true;
      },
      async rollBack() {
        await client.query("rollback");
        isEnded = true;
      },
    });
    if (!isEnded) throw new Error("The transaction was neither committed nor rolled back");
    client.release();
    return result;
  } catch (error) {
    // What was not committed ends with its connection.
    client.release(true);
    throw faults[0] ?? error;
  }
}
