import { afterAll, beforeAll, expect, test } from "vitest";
import { acquireLanes, insertLanes, listAbandoned, releaseLanes } from "../src/submission/laneRows.ts";
import { chainId, openTestDatabase, storeOrder } from "./support/openTestDatabase.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

test("a lane whose transactions are only followed is one that nobody works, and one that somebody works is not", async () => {
  const { db } = database;
  await insertLanes(db, chainId, ["one"]);
  await storeOrder(db, { session: "aa", nonce: 0, changes: { lane: "one", status: "submitted" } });
  const lease = { wallets: ["one"], count: 1, leaseMs: 60_000 };
  const abandoned = [{ wallet: "one", nonces: 0, orders: 1 }];
  expect(await listAbandoned(db, chainId)).toEqual(abandoned);

  const followed = await acquireLanes(db, { chainId, instance: "follower" }, { ...lease, isKeyless: true });
  expect(followed).toHaveLength(1);
  expect(await listAbandoned(db, chainId)).toEqual(abandoned);
  await releaseLanes(db, chainId, followed);

  expect(await acquireLanes(db, { chainId, instance: "worker" }, lease)).toHaveLength(1);
  expect(await listAbandoned(db, chainId)).toEqual([]);
});
