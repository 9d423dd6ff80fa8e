import { afterAll, beforeAll, expect, test } from "vitest";
import { getOrder } from "../src/db/orderRows.ts";
import { cancelOrder } from "../src/submission/cancelOrder.ts";
import { claimOrders } from "../src/submission/claimOrders.ts";
import { chainId, openTestDatabase, storeOrder } from "./support/openTestDatabase.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const config = { chainId, batch: { ordersMax: 10, ageMaxMs: 0, gasMax: 5_000_000 } };

test("takes back an order that no lane has claimed, for good", async () => {
  const { db, pipeline } = database;
  const orderHash = await storeOrder(db, { session: "01", nonce: 0 });
  expect(await cancelOrder(db, { chainId, orderHash })).toBe("cancelled");
  expect(await cancelOrder(db, { chainId, orderHash })).toBe("cancelled");
  expect(await getOrder(db, chainId, orderHash)).toMatchObject({ status: "cancelled", holds_nonce: false });
  const { batches } = await claimOrders(pipeline, [{ wallet: "a", room: 1 }], config);
  expect(batches).toEqual([]);
});

test("does not take back what is claimed", async () => {
  const { db, pipeline } = database;
  const orderHash = await storeOrder(db, { session: "02", nonce: 0 });
  const { batches } = await claimOrders(pipeline, [{ wallet: "a", room: 1 }], config);
  expect(batches.map(({ orderHashes }) => orderHashes)).toEqual([[orderHash]]);
  expect(await cancelOrder(db, { chainId, orderHash })).toBe("claimed");
  expect(await getOrder(db, chainId, orderHash)).toMatchObject({ status: "accepted", holds_nonce: true, lane: "a" });
});

test.for(["confirmed", "failed", "expired"] as const)("leaves an order alone that is %s", async (status, { task }) => {
  const { db } = database;
  const session = `03${task.id.length}${status.length}`;
  const orderHash = await storeOrder(db, { session, nonce: 0, changes: { status } });
  expect(await cancelOrder(db, { chainId, orderHash })).toBe("final");
  expect((await getOrder(db, chainId, orderHash))?.status).toBe(status);
});

test("knows what it has never seen", async () => {
  expect(await cancelOrder(database.db, { chainId, orderHash: "none" })).toBe("unknown");
});
