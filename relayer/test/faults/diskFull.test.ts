import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canLimitDisk, startPostgres, type TestPostgres } from "../support/startPostgres.ts";
import { createFaultRun, isLong, type FaultRun } from "./createFaultRun.ts";

// A tmpfs of its own is the database's disk. Who may not mount one skips this, and the sum counts it as skipped.
describe.skipIf(!canLimitDisk())("on Postgres with a small disk", () => {
  let postgres: TestPostgres;
  let run: FaultRun;

  beforeAll(async () => {
    postgres = await startPostgres({ diskMb: 128 });
    run = await createFaultRun({ env: { DATABASE_URL: await postgres.createDatabase() } });
  });

  afterAll(async () => {
    await run?.stop();
    await postgres?.stop();
  });

  test(
    "acknowledges nothing that the full disk does not hold, and goes on when there is room",
    { timeout: 300_000 },
    async () => {
      const stopLoad = run.load();
      for (let round = 0; round < (isLong ? 5 : 1); round += 1) {
        await sleep(2_000);
        postgres.fillDisk();
        await sleep(5_000);
        postgres.freeDisk();
        // It may have given up by itself.
        await postgres.crash();
        await postgres.restart();
        await sleep(2_000);
      }
      const before = run.countAcknowledged();
      await sleep(2_000);
      await stopLoad();
      expect(run.countAcknowledged()).toBeGreaterThan(before);
      expect(await run.findFaults()).toEqual([]);
    },
  );
});
