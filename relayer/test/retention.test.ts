import { sql, type Kysely } from "kysely";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { createSealer } from "../src/audit/createSealer.ts";
import { verifyAuditLog } from "../src/audit/verifyAuditLog.ts";
import { deleteOld } from "../src/db/deleteOld.ts";
import { listEntries } from "../src/db/entryRows.ts";
import { openDatabase } from "../src/db/openDatabase.ts";
import { insertEvents, rollBackTo } from "../src/db/chainRows.ts";
import type { Database } from "../src/db/schema.ts";
import { toEvent } from "../src/events/toEvent.ts";
import { listOpenTransactions, readRaw } from "../src/submission/transactionRows.ts";
import { post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type World } from "./support/createWorld.ts";
import { chainId, openTestDatabase, storeOrder } from "./support/openTestDatabase.ts";
import { quietLog } from "./support/quietLog.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./support/startPostgres.ts";

const signer = privateKeyToAccount(generatePrivateKey());
const day = 86_400_000;

/** Everything that is stored happened so many days earlier. */
async function age(db: Kysely<Database>, days: number): Promise<void> {
  const by = days * day;
  await sql`update orders set accepted_at = accepted_at - ${by}::int8`.execute(db);
  await sql`update transactions set created_at = created_at - ${by}::int8`.execute(db);
  await sql`update audit_batches set sealed_at = sealed_at - ${by}::int8`.execute(db);
}

describe("what is old", () => {
  let database: Awaited<ReturnType<typeof openTestDatabase>>;
  let db: Kysely<Database>;
  const hash = (digit: string) => `0x${digit.repeat(64)}` as const;
  const retention = { bodyDays: 10, eventDays: 10, webhookDays: 2 };
  const seal = () => createSealer({ ...database, signer, config: { chainId } })();
  const verify = () => verifyAuditLog(db, { chainId, signers: [signer.address] });
  const clean = () => deleteOld(db, { chainId, retention });

  beforeAll(async () => {
    database = await openTestDatabase();
    ({ db } = database);
    const ended = await storeOrder(db, { session: "aa", nonce: 0 });
    await db.updateTable("orders").set({ status: "confirmed" }).where("order_hash", "=", ended).execute();
    await storeOrder(db, { session: "bb", nonce: 0 });
    const event = { blockNumber: 5, blockHash: hash("5"), logIndex: 0, transactionHash: hash("6"), account: undefined };
    const args = { sessionId: hash("7"), by: "somebody" };
    await insertEvents(db, { chainId, settledUpTo: 5, timestamps: new Map([[5, 1_700_000_000]]) }, [
      { ...event, name: "SessionRevoked", sessionId: hash("7"), orderHash: undefined, args, granted: undefined },
    ]);
    await sql`insert into transactions (chain_id, hash, wallet, nonce, raw, gas, max_fee_per_gas,
        max_priority_fee_per_gas, status, created_at)
      select ${chainId}, status, 'wallet', 0, '0x12', 1, '1', '1', status, (extract(epoch from now()) * 1000)::int8
      from unnest(array['pending', 'mined', 'dropped']) as statuses(status)`.execute(db);
    await sql`insert into auth_nonces (chain_id, nonce, expires_at) values (${chainId}, 'past', ${Date.now() - 1_000}),
      (${chainId}, 'good', ${Date.now() + 3_600_000})`.execute(db);
    await seal();
  });
  afterAll(() => database?.close());

  const listBodies = async () =>
    (await db.selectFrom("orders").select(["session_id", "packed"]).orderBy("session_id").execute()).map(
      ({ packed }) => packed,
    );

  test("stays while it is young, but for nonces whose signatures have expired", async () => {
    expect(await clean()).toEqual({ bodies: 0, transactions: 0, details: 0 });
    const nonces = await db.selectFrom("auth_nonces").select("nonce").execute();
    expect(nonces).toEqual([{ nonce: "good" }]);
    expect(await listBodies()).toEqual(["0x1234", "0x1234"]);
  });

  test("stays if it was changed lately, however long ago it began", async () => {
    await age(db, 20);
    const { bodies } = await clean();
    expect(bodies).toBe(0);
    expect(await listBodies()).toEqual(["0x1234", "0x1234"]);
  });

  test("goes, if it has ended: bodies, signed transactions and details; the audit log holds all the same", async () => {
    const { head, entries } = await verify();
    // As the log would have it had the orders ended then; its own times are hashed.
    await sql`update audit_entries set at = at - ${20 * day}::int8`.execute(db);
    expect((await clean()).bodies).toBe(1);
    await sql`update audit_entries set at = at + ${20 * day}::int8`.execute(db);
    expect(await listBodies()).toEqual([null, "0x1234"]);
    const raws = await db.selectFrom("transactions").select(["status", "raw"]).orderBy("status").execute();
    expect(raws).toEqual([
      { status: "dropped", raw: null },
      { status: "mined", raw: null },
      { status: "pending", raw: "0x12" },
    ]);
    const all = await listEntries(db, { chainId, after: 0, filter: { hasOrders: true }, limit: 10 });
    const event = all.find(({ kind }) => kind === "event-SessionRevoked");
    expect(event?.detail).toBeNull();
    expect(toEvent(event ?? all[0] ?? never())).toMatchObject({
      event: "SessionRevoked",
      data: { sessionId: hash("7"), blockNumber: 5 },
    });
    expect(await verify()).toMatchObject({ head, entries, faults: [] });
    // What still happens to an order without a body is sealed with the same hash.
    await db.updateTable("orders").set({ status: "submitted" }).where("packed", "is", null).execute();
    await seal();
    const hashes = await db.selectFrom("audit_entries").select("body_hash").where("session_id", "=", "0xaa").execute();
    expect(new Set(hashes.map(({ body_hash }) => body_hash)).size).toBe(1);
    expect((await verify()).faults).toEqual([]);
  });

  test("is not waited for again when even its block is undone", async () => {
    await db.updateTable("orders").set({ status: "confirmed", block_number: 5 }).where("packed", "is", null).execute();
    await db.updateTable("transactions").set({ block_number: 5 }).where("status", "=", "mined").execute();
    await rollBackTo(db, chainId, 4);
    const order = await db.selectFrom("orders").selectAll().where("packed", "is", null).executeTakeFirstOrThrow();
    expect(order).toMatchObject({ status: "failed", block_number: null });
    expect(order.reason).toContain("OrderUndone");
    const open = await listOpenTransactions(db, { chainId, wallet: "wallet" });
    expect(await Promise.all(open.map(({ hash: each }) => readRaw(db, chainId, each)))).toEqual(["0x12"]);
    await expect(readRaw(db, chainId, "mined")).rejects.toThrow("The transaction mined is not stored any more");
    await seal();
    expect((await verify()).faults).toEqual([]);
  });
});

function never(): never {
  throw new Error("There are entries");
}

describe.skipIf(!hasPostgres)("a relayer", () => {
  let world: World;
  let postgres: TestPostgres;
  let relayer: RelayerProcess | undefined;

  beforeAll(async () => {
    world = await createWorld();
    postgres = await startPostgres();
  });
  afterAll(async () => {
    await relayer?.stop();
    await postgres?.stop();
    await world?.stop();
  });

  test("deletes bodies that are older than it is told, and still knows the order", { timeout: 90_000 }, async () => {
    const databaseUrl = await postgres.createDatabase();
    const env = await world.createEnv({ DATABASE_URL: databaseUrl, RETAIN_ORDER_BODIES_DAYS: "7" });
    const session = await world.grant(await world.createAccount());
    const first = await startRelayer(env);
    await waitForSession(first.url, session.sessionId, ({ status }) => status === "active");
    const order = await session.createOrder({ nonce: 0 });
    await post(`${first.url}/v1/orders`, order.body);
    await waitForOrder(first.url, order.orderHash);
    await first.stop();
    const { db, close } = await openDatabase({ databaseUrl, dataDir: "", log: quietLog });
    await age(db, 8);
    for (const table of ["audit_entries", "audit_unsealed"]) {
      await sql`update ${sql.table(table)} set at = at - ${8 * day}::int8`.execute(db);
    }
    await close();

    const second = await startRelayer(env);
    relayer = second;
    const state = await waitUntil({
      what: "the body to be deleted",
      timeoutMs: 60_000,
      async probe() {
        const { json } = await request(`${second.url}/v1/orders/${order.orderHash}`);
        return JSON.stringify(json).includes("isBodyDeleted") ? json : undefined;
      },
    });
    expect(state).toMatchObject({ orderHash: order.orderHash, status: "confirmed", calls: [], isBodyDeleted: true });
    // The same order again is the same order still.
    const again = await post(`${second.url}/v1/orders`, order.body);
    expect(again).toMatchObject({ status: 200, json: { status: "confirmed" } });
  });
});
