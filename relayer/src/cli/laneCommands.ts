import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import { getAddress, isAddress, type Address } from "viem";
import { databaseNow } from "../db/databaseNow.ts";
import type { Database } from "../db/schema.ts";
import { CommandError } from "./CommandError.ts";
import type { Command } from "./runCommand.ts";
import { withDatabase } from "./withDatabase.ts";

/** How long `lanes drain` waits, and how often it looks. */
const drainTimeoutMs = 10 * 60_000;
const drainPollMs = 1_000;

export const laneCommands: readonly Command[] = [
  {
    name: "lanes list",
    usage: "",
    text: "Hot wallets: open or paused, which instance works them, what they have in flight",
    run: (_args, env) =>
      withDatabase(env, async (db, { chainId }) => {
        const lanes = await listLanes(db, chainId);
        if (lanes.length === 0) return "No relayer has worked a hot wallet of this chain yet.";
        const abandoned = lanes.filter((lane) => isIdle(lane) && lane.pending + lane.orders > 0);
        return [...lanes.map(toLine), ...abandoned.map(toWarning)].join("\n");
      }),
  },
  {
    name: "lanes pause",
    usage: "<address>",
    text: "Gives the hot wallet no more orders; what it has sent is followed to its end",
    run: (args, env) => withDatabase(env, (db, { chainId }) => setMode(db, chainId, parseWallet(args), "paused")),
  },
  {
    name: "lanes resume",
    usage: "<address>",
    text: "Gives the hot wallet orders again",
    run: (args, env) => withDatabase(env, (db, { chainId }) => setMode(db, chainId, parseWallet(args), "open")),
  },
  {
    name: "lanes drain",
    usage: "<address>",
    text: "Pauses the hot wallet and waits until nothing of it is in flight, so that its key can be taken away",
    run: (args, env) =>
      withDatabase(env, async (db, { chainId }) => {
        const wallet = parseWallet(args);
        await setMode(db, chainId, wallet, "paused");
        const end = Date.now() + drainTimeoutMs;
        for (;;) {
          const lane = (await listLanes(db, chainId)).find((each) => each.wallet === wallet);
          const [pending, orders] = [lane?.pending ?? 0, lane?.orders ?? 0];
          if (pending === 0 && orders === 0) return `${wallet} is paused and has nothing in flight.`;
          if (Date.now() > end) {
            throw new CommandError(
              `${wallet} is paused, but still has ${pending} transactions and ${orders} orders in flight`,
            );
          }
          await sleep(drainPollMs);
        }
      }),
  },
];

type LaneState = {
  wallet: string;
  mode: "open" | "paused";
  owner: string | null;
  /** Of the lease that are left; none if it is over. */
  leaseMs: number;
  /** Whether the owner only follows what is under way. */
  isKeyless: boolean;
  pending: number;
  orders: number;
};

const isIdle = ({ owner, leaseMs, isKeyless }: LaneState): boolean => owner === null || leaseMs <= 0 || isKeyless;

function toLine(lane: LaneState): string {
  const { wallet, mode, owner, leaseMs, pending, orders } = lane;
  const worker = isIdle(lane) ? "nobody" : `instance ${owner} for ${leaseMs} ms`;
  return [wallet, mode, worker, `${pending} transactions pending`, `${orders} orders in flight`].join("  ");
}

function toWarning({ wallet }: LaneState): string {
  return `Warning: nobody works ${wallet}, which has transactions under way. If a relayer runs, none has its key: put the key back until lanes drain says that nothing is in flight.`;
}

function listLanes(db: Kysely<Database>, chainId: number): Promise<LaneState[]> {
  return db
    .selectFrom("lanes")
    .select((build) => [
      "wallet",
      "mode",
      "owner",
      "is_keyless as isKeyless",
      build("expires_at", "-", databaseNow).as("leaseMs"),
      build
        .selectFrom("transactions")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("chain_id", "=", chainId)
        .whereRef("transactions.wallet", "=", "lanes.wallet")
        .where("status", "=", "pending")
        .$asScalar()
        .$notNull()
        .as("pending"),
      build
        .selectFrom("orders")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("chain_id", "=", chainId)
        .whereRef("orders.lane", "=", "lanes.wallet")
        .where("status", "=", "submitted")
        .$asScalar()
        .$notNull()
        .as("orders"),
    ])
    .where("chain_id", "=", chainId)
    .orderBy("wallet")
    .execute();
}

async function setMode(
  db: Kysely<Database>,
  chainId: number,
  wallet: Address,
  mode: "open" | "paused",
): Promise<string> {
  const { numUpdatedRows } = await db
    .updateTable("lanes")
    .set({ mode })
    .where("chain_id", "=", chainId)
    .where("wallet", "=", wallet)
    .executeTakeFirst();
  if (numUpdatedRows === 1n) return `${wallet} is ${mode}.`;
  throw new CommandError(`${wallet} is no hot wallet of a relayer of the chain ${chainId}: see lanes list`);
}

function parseWallet([text]: readonly string[]): Address {
  if (text === undefined || !isAddress(text, { strict: false })) {
    throw new CommandError(`The hot wallet ${text === undefined ? "is missing" : `${text} is not an address`}`, 2);
  }
  return getAddress(text);
}
