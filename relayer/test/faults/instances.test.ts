import { setTimeout as sleep } from "node:timers/promises";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasOwnPostgres, hasPostgres, startPostgres, type TestPostgres } from "../support/startPostgres.ts";
import { createFaultRun, isLong, type FaultRun } from "./createFaultRun.ts";

// Without a server or its binaries there is nothing to test on; the sum then counts these as skipped.
const skewClock = new URL("../support/skewClock.mjs", import.meta.url).href;

describe.skipIf(!hasPostgres)("three instances on one Postgres", () => {
  const rounds = isLong ? 6 : 1;
  const leaseMs = 1_500;
  let postgres: TestPostgres;
  let run: FaultRun;

  beforeAll(async () => {
    postgres = await startPostgres({ isOwn: true });
    const hotWallets = Array.from({ length: 3 }, generatePrivateKey);
    run = await createFaultRun({
      instances: 3,
      hotWallets,
      env: { DATABASE_URL: await postgres.createDatabase(), LANE_LEASE_MS: String(leaseMs) },
      async getRpcUrl(world) {
        for (const key of hotWallets) {
          await world.chain.send("owner", { to: privateKeyToAddress(key), value: parseEther("10") });
        }
        return world.chain.url;
      },
    });
  });

  afterAll(async () => {
    await run?.stop();
    await postgres?.stop();
  });

  async function findFaults(stopLoad: () => Promise<void>): Promise<string[]> {
    await stopLoad();
    return run.findFaults();
  }

  async function kill(index: number): Promise<void> {
    const victim = run.relayers[index];
    run.relayers[index] = undefined;
    await victim?.kill();
  }

  test("loses and repeats nothing when they are killed in turn", { timeout: 600_000 }, async () => {
    const before = run.countAcknowledged();
    const stopLoad = run.load();
    for (let round = 0; round < 3 * rounds; round += 1) {
      await sleep(500 + Math.random() * 1_500);
      await kill(round % 3);
      await sleep(Math.random() * 2 * leaseMs);
      await run.start(round % 3);
    }
    expect(await findFaults(stopLoad)).toEqual([]);
    expect(run.countAcknowledged()).toBeGreaterThan(before);
  });

  test(
    "goes on without one that stops for longer than its lease, and with it afterwards",
    { timeout: 300_000 },
    async () => {
      const stopLoad = run.load();
      for (let round = 0; round < rounds; round += 1) {
        const paused = run.relayers[round % 3];
        if (paused === undefined) throw new Error("It runs");
        await sleep(1_000);
        process.kill(paused.pid, "SIGSTOP");
        run.relayers[round % 3] = undefined;
        await sleep(3 * leaseMs);
        process.kill(paused.pid, "SIGCONT");
        run.relayers[round % 3] = paused;
        await sleep(1_000);
      }
      expect(await findFaults(stopLoad)).toEqual([]);
    },
  );

  // A server that others run cannot be crashed: there this could not fail.
  test.skipIf(!hasOwnPostgres)("goes on when the database crashes and comes back", { timeout: 300_000 }, async () => {
    const stopLoad = run.load();
    for (let round = 0; round < rounds; round += 1) {
      await sleep(1_500);
      await postgres.crash();
      await sleep(500);
      await postgres.restart();
    }
    await sleep(1_500);
    expect(await findFaults(stopLoad)).toEqual([]);
  });

  test(
    "shares the work with one whose clock is an hour ahead and one whose is an hour behind",
    { timeout: 300_000 },
    async () => {
      for (const [index, skewMs] of [
        [1, 3_600_000],
        [2, -3_600_000],
      ] as const) {
        await kill(index);
        await run.start(index, {
          NODE_OPTIONS: `--import=${skewClock}`,
          CLOCK_SKEW_MS: String(skewMs),
        });
      }
      const stopLoad = run.load();
      await sleep(isLong ? 20_000 : 5_000);
      expect(await findFaults(stopLoad)).toEqual([]);
    },
  );

  test("hands its lanes over when it is asked to end, and ends cleanly", { timeout: 120_000 }, async () => {
    const stopLoad = run.load();
    await sleep(1_000);
    const leaving = run.relayers[0];
    run.relayers[0] = undefined;
    expect(await leaving?.stop()).toBe(0);
    expect(await findFaults(stopLoad)).toEqual([]);
  });
});
