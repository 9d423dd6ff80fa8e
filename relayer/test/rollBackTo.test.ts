import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { rollBackTo } from "../src/db/chainRows.ts";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
beforeEach(() => database.db.deleteFrom("transactions").execute());

type Row = { hash: string; nonce?: number; wallet?: string; status: string; block?: number; at?: number; raw?: null };

async function store({ hash, nonce = 7, wallet = "wallet", status, block, at = 0, raw }: Row): Promise<void> {
  await sql`insert into transactions (chain_id, hash, wallet, nonce, raw, gas, max_fee_per_gas, max_priority_fee_per_gas,
      status, block_number, created_at)
    values (${chainId}, ${hash}, ${wallet}, ${nonce}, ${raw === null ? null : "0x"}, 0, 0, 0, ${status},
      ${block ?? null}, ${at})`.execute(database.db);
}

async function getStates(): Promise<Record<string, [status: string, block: number | null]>> {
  const rows = await database.db.selectFrom("transactions").select(["hash", "status", "block_number"]).execute();
  return Object.fromEntries(rows.map(({ hash, status, block_number }) => [hash, [status, block_number]]));
}

test("waits again for a transaction whose block is undone, unless it has none to send", async () => {
  await store({ hash: "kept", nonce: 6, status: "mined", block: 4 });
  await store({ hash: "undone", status: "mined", block: 5 });
  await store({ hash: "bare", nonce: 8, status: "mined", block: 5, raw: null });
  await rollBackTo(database.db, chainId, 4);
  expect(await getStates()).toEqual({ kept: ["mined", 4], undone: ["pending", null], bare: ["dropped", null] });
});

test("waits for the newer transaction of a nonce that a lane has used again before it knew of the reorg", async () => {
  await store({ hash: "undone", status: "mined", block: 5 });
  await store({ hash: "again", status: "pending", at: 1 });
  await store({ hash: "elsewhere", wallet: "other", status: "pending", at: 1 });
  await rollBackTo(database.db, chainId, 4);
  expect(await getStates()).toEqual({
    undone: ["replaced", null],
    again: ["pending", null],
    elsewhere: ["pending", null],
  });
});

test("waits for the newer of two transactions of a nonce whose blocks are undone at once", async () => {
  await store({ hash: "newer", status: "mined", block: 6, at: 2 });
  await store({ hash: "older", status: "mined", block: 5, at: 1 });
  await rollBackTo(database.db, chainId, 4);
  expect(await getStates()).toEqual({ newer: ["pending", null], older: ["replaced", null] });
});
