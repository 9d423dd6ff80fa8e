import { afterAll, beforeAll, expect, test } from "vitest";
import { listEvidence } from "../src/db/sentinelRows.ts";
import { createMetrics } from "../src/observability/createMetrics.ts";
import { createHolds } from "../src/sentinel/createHolds.ts";
import { createSteps } from "../src/sentinel/createSteps.ts";
import { createHistory } from "../src/sentinel/history.ts";
import { nothingUnusual } from "../src/sentinel/scoreOrder.ts";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";
import { quietLog } from "./support/quietLog.ts";
import { createContent, createHash, readSentinelConfig } from "./support/sentinelWorld.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

test("orders that are unusual at once take one step, and one more if it fails", async () => {
  const { db } = database;
  const config = { chainId, sentinel: readSentinelConfig({ SENTINEL: "suspend" }) };
  let ends = 0;
  const enforcement = {
    getPowers: () => ({ canSuspend: true, canRevoke: false }),
    signControl: () => Promise.resolve(undefined),
    reportMisuse: () => Promise.resolve(false),
    end(): Promise<void> {
      ends += 1;
      return ends === 1 ? Promise.reject(new Error("The database is busy")) : Promise.resolve();
    },
  };
  const holds = createHolds({ db, config });
  const steps = createSteps({ db, holds, enforcement, log: quietLog, metrics: createMetrics(), config });
  const content = createContent();
  const climbs = Array.from({ length: 4 }, () =>
    steps.climb(
      { content, orderHash: createHash(), history: createHistory(Date.now()), score: nothingUnusual },
      "suspend",
      "refused-attempts",
    ),
  );
  const outcomes = await Promise.allSettled(climbs);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
  expect(ends).toBe(2);
  expect(await listEvidence(db, { chainId, sessionId: content.sessionId, limit: 10 })).toHaveLength(1);
  expect(holds.find(content.sessionId, Date.now())).toBeGreaterThan(Date.now());
});
