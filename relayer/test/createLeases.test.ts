import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createLeases } from "../src/submission/createLeases.ts";
import { holdLane, LaneLostError, type Lane } from "../src/submission/laneRows.ts";
import { chainId, openTestDatabase, storeOrder } from "./support/openTestDatabase.ts";
import { quietLog } from "./support/quietLog.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  await database.db.deleteFrom("orders").execute();
  await database.db.deleteFrom("lanes").execute();
  await database.db.deleteFrom("instances").execute();
});
afterAll(() => database?.close());

const wallets = ["0xa", "0xb", "0xc", "0xd"];

const start = (instance: string, laneLeaseMs = 60_000) =>
  createLeases({ db: database.db, instance, wallets, log: quietLog, config: { chainId, laneLeaseMs } });

const hold = (instance: string, lane: Lane) =>
  database.db.transaction().execute((tx) => holdLane(tx, { chainId, instance }, lane));

const toWallets = (lanes: readonly Lane[]) => lanes.map(({ wallet }) => wallet).toSorted();

/** Runs until `isDone`: leases are renewed three times in their length. */
async function runUntil(leases: ReturnType<typeof start>, isDone: () => boolean): Promise<void> {
  for (let count = 0; count < 200 && !isDone(); count += 1) {
    await leases.run();
    await sleep(20);
  }
  expect(isDone()).toBe(true);
}

test("takes every lane if it is alone, and gives them back when it stops", async () => {
  const first = start("first");
  await first.run();
  expect(toWallets(first.list())).toEqual(wallets);
  await first.stop();
  expect(first.list()).toEqual([]);
  const second = start("second");
  await second.run();
  expect(toWallets(second.list())).toEqual(wallets);
});

test("shares the lanes with another instance, and no lane is of both", async () => {
  const [first, second] = [start("first", 900), start("second", 900)];
  await first.run();
  await runUntil(first, () => first.list().length === 4);
  const run = async (): Promise<void> => {
    await second.run();
    await first.run();
  };
  for (let count = 0; count < 60 && second.list().length < 2; count += 1) {
    await run();
    await sleep(50);
  }
  expect(toWallets([...first.list(), ...second.list()])).toEqual(wallets);
  expect(second.list()).toHaveLength(2);
});

test("takes over from an instance that is silent for the length of a lease, whose writes are refused from then on", async () => {
  const first = start("first", 600);
  await first.run();
  const [lane] = first.list();
  if (lane === undefined) throw new Error("It has lanes");
  await hold("first", lane);
  const second = start("second", 600);
  await runUntil(second, () => second.list().some(({ wallet }) => wallet === lane.wallet));
  const taken = second.list().find(({ wallet }) => wallet === lane.wallet);
  if (taken === undefined) throw new Error("The lane is taken");
  expect(taken.fence).toBeGreaterThan(lane.fence);
  await expect(hold("first", lane)).rejects.toThrow(LaneLostError);
  await hold("second", taken);
  expect(first.isHeld(lane)).toBe(false);
});

test("refuses the writes of an instance whose lease has run out, even before another one has the lane", async () => {
  const first = start("first", 500);
  await first.run();
  const [lane] = first.list();
  if (lane === undefined) throw new Error("It has lanes");
  await sleep(600);
  expect(first.list()).toEqual([]);
  await expect(hold("first", lane)).rejects.toThrow(LaneLostError);
});

test("lets any lane have what a lane claimed that nobody works any more", async () => {
  const { db } = database;
  const first = start("first", 500);
  await first.run();
  await storeOrder(db, { session: "aa", nonce: 0, changes: { lane: "0xa" } });
  await storeOrder(db, { session: "bb", nonce: 0, changes: { lane: "0xa", status: "submitted" } });
  await sleep(600);
  const other = createLeases({
    db,
    instance: "second",
    wallets: ["0xe"],
    log: quietLog,
    config: { chainId, laneLeaseMs: 500 },
  });
  await other.run();
  const rows = await db.selectFrom("orders").select(["order_hash", "lane"]).orderBy("order_hash").execute();
  // What is in a transaction stays with its wallet, which alone can replace it.
  expect(rows).toEqual([
    { order_hash: "aa-0", lane: null },
    { order_hash: "bb-0", lane: "0xa" },
  ]);
});
