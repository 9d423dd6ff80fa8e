import { sql, type Kysely } from "kysely";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createSealer } from "../src/audit/createSealer.ts";
import { verifyAuditLog } from "../src/audit/verifyAuditLog.ts";
import type { Database } from "../src/db/schema.ts";
import { cancelOrder } from "../src/submission/cancelOrder.ts";
import { chainId, openTestDatabase, storeOrder } from "./support/openTestDatabase.ts";

const signer = privateKeyToAccount(generatePrivateKey());
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let db: Kysely<Database>;

beforeAll(async () => {
  database = await openTestDatabase();
  ({ db } = database);
});
afterAll(() => database?.close());
beforeEach(async () => {
  for (const table of ["orders", "audit_unsealed", "audit_entries", "audit_batches"] as const)
    await db.deleteFrom(table).execute();
});

const seal = () => createSealer({ ...database, signer, config: { chainId } })();
const verify = (knownHead?: string) => verifyAuditLog(db, { chainId, signers: [signer.address], knownHead });

/** Three orders in two batches, one of them taken back. */
async function fill(): Promise<string> {
  const first = await storeOrder(db, { session: "aa", nonce: 0 });
  await storeOrder(db, { session: "bb", nonce: 0 });
  await seal();
  await cancelOrder(db, { chainId, orderHash: first });
  await storeOrder(db, { session: "cc", nonce: 0 });
  await seal();
  return first;
}

test("has every status that an order had, numbered without gaps, chained and signed", async () => {
  const cancelled = await fill();
  const report = await verify();
  expect(report).toMatchObject({ entries: 4, batches: 2, unsealed: 0, faults: [] });
  const entries = await db.selectFrom("audit_entries").selectAll().orderBy("number").execute();
  expect(entries.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  expect(entries.filter(({ order_hash }) => order_hash === cancelled).map(({ kind }) => kind)).toEqual([
    "order-accepted",
    "order-cancelled",
  ]);
  // What it keeps of the body is a hash.
  expect(entries.every(({ body_hash }) => /^[0-9a-f]{64}$/.test(body_hash))).toBe(true);
});

test("seals what comes, and nothing twice", async () => {
  await fill();
  expect(await seal()).toBe(0);
  await storeOrder(db, { session: "dd", nonce: 0 });
  expect(await verify()).toMatchObject({ entries: 4, unsealed: 1, faults: [] });
  expect(await seal()).toBe(1);
  expect(await verify()).toMatchObject({ entries: 5, unsealed: 0, faults: [] });
});

test("seals what an instance of an older version still wrote into the log without a number", async () => {
  await fill();
  await sql`insert into audit_entries (chain_id, at, kind, order_hash, session_id, account, body_hash)
    values (${chainId}, 0, 'sentinel-held', '', '0xaa', 'account', ${"00".repeat(32)})`.execute(db);
  expect(await seal()).toBe(1);
  expect(await verify()).toMatchObject({ entries: 5, unsealed: 0, faults: [] });
});

test("seals what a dump brought from a server whose transactions had higher ids", async () => {
  await fill();
  await storeOrder(db, { session: "dd", nonce: 0 });
  await sql`update audit_unsealed set xid = '9999999999'`.execute(db);
  expect(await seal()).toBe(1);
  expect(await verify()).toMatchObject({ entries: 5, unsealed: 0, faults: [] });
});

const tamperings: readonly [name: string, tamper: () => Promise<unknown>, fault: RegExp][] = [
  [
    "an entry that was changed",
    () => sql`update audit_entries set kind = 'order-confirmed' where number = 2`.execute(db),
    /1 to 2 is not what they hash to/,
  ],
  [
    "an entry that was deleted",
    () => sql`delete from audit_entries where number = 3`.execute(db),
    /Of the entries 3 to 4 there are 1/,
  ],
  [
    "a batch that was deleted",
    () => sql`delete from audit_batches where first_number = 1`.execute(db),
    /begins with 3, but the one before ends with 0/,
  ],
  [
    "an entry that was put in",
    () =>
      sql`insert into audit_entries (chain_id, at, kind, order_hash, session_id, account, body_hash, number)
      values (${chainId}, 0, 'order-accepted', 'x', 'x', 'x', 'x', 5)`.execute(db),
    /5 entries have numbers, but batches have 4/,
  ],
  [
    "a head that another key signed",
    async () => {
      const { head } = await db
        .selectFrom("audit_batches")
        .select("head")
        .orderBy("last_number")
        .executeTakeFirstOrThrow();
      const other = privateKeyToAccount(generatePrivateKey());
      const signature = await other.signMessage({ message: { raw: `0x${head}` } });
      await db.updateTable("audit_batches").set({ signature }).where("head", "=", head).execute();
    },
    /1 to 2 is not signed by a known key/,
  ],
  [
    "an order whose status was changed past the log",
    async () => {
      await sql`alter table orders disable trigger user`.execute(db);
      await sql`update orders set status = 'confirmed' where order_hash = 'cc-0'`.execute(db);
      await sql`alter table orders enable trigger user`.execute(db);
    },
    /cc-0 is confirmed, but the last that the log says of it is order-accepted/,
  ],
];

test.for(tamperings)("finds %s", async ([, tamper, fault]) => {
  await fill();
  await tamper();
  const { faults } = await verify();
  expect(faults.join("\n")).toMatch(fault);
});

test("finds no fault in what is sealed while it is checked", async () => {
  await fill();
  const checked = new AbortController();
  const growing = (async () => {
    for (let nonce = 0; !checked.signal.aborted; nonce += 1) {
      await storeOrder(db, { session: "ee", nonce });
      await seal();
    }
  })();
  const reports = [];
  for (let count = 0; count < 10; count += 1) reports.push(await verify());
  checked.abort();
  await growing;
  expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
  expect(reports.at(-1)?.entries).toBeGreaterThan(reports[0]?.entries ?? 0);
});

test("finds that its end was cut off, by a head that was kept", async () => {
  await fill();
  const { head } = await verify();
  expect((await verify(head)).faults).toEqual([]);
  await sql`delete from audit_batches where first_number = 3`.execute(db);
  await sql`delete from audit_entries where number >= 3`.execute(db);
  await sql`delete from orders`.execute(db);
  expect((await verify()).faults).toEqual([]);
  expect((await verify(head)).faults.join("\n")).toMatch(/its end has been cut off/);
});
