import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { claimOrders, type Batch, type LaneRoom } from "../src/submission/claimOrders.ts";
import { insertLanes } from "../src/submission/laneRows.ts";
import { chainId, openTestDatabase, storeOrder } from "./support/openTestDatabase.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
  await insertLanes(database.db, chainId, ["one", "two"]);
});
beforeEach(async () => {
  await database.db.deleteFrom("orders").execute();
});
afterAll(() => database?.close());

const lane = (wallet: string, room = 1): LaneRoom => ({ wallet, room });

async function claim(lanes: readonly LaneRoom[], changes: object = {}): Promise<Batch[]> {
  const batch = { ordersMax: 3, ageMaxMs: 0, gasMax: 5_000_000, ...changes };
  return (await claimOrders(database.pipeline, lanes, { chainId, batch })).batches;
}

const toPlan = (batches: readonly Batch[]) => batches.map(({ wallet, orderHashes }) => [wallet, ...orderHashes]);

async function storeAll(entries: readonly [session: string, nonce: number][]): Promise<void> {
  for (const [session, nonce] of entries) await storeOrder(database.db, { session, nonce });
}

test("fills one batch before the next, in the order of acceptance", async () => {
  await storeAll([
    ["aa", 0],
    ["bb", 0],
    ["aa", 1],
    ["cc", 0],
    ["dd", 0],
  ]);
  expect(toPlan(await claim([lane("one"), lane("two")]))).toEqual([
    ["one", "aa-0", "bb-0", "aa-1"],
    ["two", "cc-0", "dd-0"],
  ]);
});

test("gives a session that is in flight to no other lane", async () => {
  await storeAll([
    ["aa", 0],
    ["bb", 0],
  ]);
  expect(toPlan(await claim([lane("one")]))).toEqual([["one", "aa-0", "bb-0"]]);
  await storeAll([
    ["aa", 1],
    ["cc", 0],
  ]);
  expect(toPlan(await claim([lane("two")]))).toEqual([["two", "cc-0"]]);
  // What it claimed and did not submit comes first.
  expect(toPlan(await claim([lane("one")]))).toEqual([["one", "aa-0", "bb-0", "aa-1"]]);
});

test("claims for a lane with no room neither now nor in another's place", async () => {
  await storeAll([["aa", 0]]);
  await claim([lane("one")]);
  await storeAll([["aa", 1]]);
  expect(await claim([lane("two", 4)])).toEqual([]);
});

test("sends what only one wallet may submit to that wallet", async () => {
  await storeOrder(database.db, { session: "aa", nonce: 0, changes: { wallet: "two" } });
  await storeOrder(database.db, { session: "bb", nonce: 0, changes: { wallet: "three" } });
  expect(toPlan(await claim([lane("one", 2), lane("two", 2)]))).toEqual([["two", "aa-0"]]);
});

test("cuts batches by gas", async () => {
  await storeAll([
    ["aa", 0],
    ["bb", 0],
    ["cc", 0],
  ]);
  const batches = await claim([lane("one", 3)], { gasMax: 350_000 });
  expect(toPlan(batches)).toEqual([
    ["one", "aa-0", "bb-0"],
    ["one", "cc-0"],
  ]);
  for (const { gas } of batches) expect(gas).toBeLessThanOrEqual(350_000);
});

test("waits for more orders until the oldest is old enough", async () => {
  await storeAll([["aa", 0]]);
  const batch = { ordersMax: 3, ageMaxMs: 60_000, gasMax: 5_000_000 };
  const { batches, waitMs } = await claimOrders(database.pipeline, [lane("one")], { chainId, batch });
  expect(batches).toEqual([]);
  expect(waitMs).toBeGreaterThan(0);
  await storeAll([
    ["bb", 0],
    ["cc", 0],
  ]);
  expect((await claimOrders(database.pipeline, [lane("one")], { chainId, batch })).batches).toHaveLength(1);
});
