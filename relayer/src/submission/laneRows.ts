import { sql, type RawBuilder } from "kysely";
import type { Db } from "../db/chainRows.ts";
import { databaseNow as now } from "../db/databaseNow.ts";

/** A hot wallet that this instance works, as long as nobody else has it: `fence` proves it to the database. */
export type Lane = { wallet: string; fence: number; mode: "open" | "paused" };

/** Another instance has the lane by now, or nobody: what was about to be written would come too late. */
export class LaneLostError extends Error {
  override name = "LaneLostError";

  constructor({ wallet }: Pick<Lane, "wallet">) {
    super(`The lane of ${wallet} is no longer this instance's`);
  }
}

type Of = { chainId: number; instance: string };

export async function insertLanes(db: Db, chainId: number, wallets: readonly string[]): Promise<void> {
  await db
    .insertInto("lanes")
    .values(
      wallets.map((wallet) => ({
        chain_id: chainId,
        wallet,
        owner: null,
        fence: 0,
        expires_at: 0,
        mode: "open" as const,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Says that the instance runs, and returns how many do. */
export async function countInstances(db: Db, { chainId, instance }: Of, leaseMs: number): Promise<number> {
  await sql`insert into instances (chain_id, instance, seen_at) values (${chainId}, ${instance}, ${now})
    on conflict (chain_id, instance) do update set seen_at = excluded.seen_at`.execute(db);
  await sql`delete from instances where chain_id = ${chainId} and seen_at < ${now} - ${60 * leaseMs}`.execute(db);
  const { rows } = await sql<{ count: number }>`select count(*)::int4 as count from instances
    where chain_id = ${chainId} and seen_at >= ${now} - ${leaseMs}`.execute(db);
  return Math.max(1, rows[0]?.count ?? 1);
}

export async function removeInstance(db: Db, { chainId, instance }: Of): Promise<void> {
  await db.deleteFrom("instances").where("chain_id", "=", chainId).where("instance", "=", instance).execute();
}

/** Extends the leases of the instance's lanes, and returns those that are still its. */
export async function renewLanes(db: Db, { chainId, instance }: Of, leaseMs: number): Promise<Lane[]> {
  const { rows } = await sql<Lane>`update lanes set expires_at = ${now} + ${leaseMs}
    where chain_id = ${chainId} and owner = ${instance} and expires_at > ${now} returning wallet, fence, mode`.execute(
    db,
  );
  return rows;
}

/** Takes up to `count` of the lanes that nobody has, each with a new fence. */
export async function acquireLanes(
  db: Db,
  { chainId, instance }: Of,
  {
    wallets,
    count,
    leaseMs,
    isKeyless = false,
  }: {
    wallets: readonly string[];
    count: number;
    leaseMs: number;
    /** Whether only to follow what is under way: then nobody works the lane still. */
    isKeyless?: boolean;
  },
): Promise<Lane[]> {
  const { rows } = await sql<Lane>`update lanes set owner = ${instance}, fence = fence + 1,
      expires_at = ${now} + ${leaseMs}, is_keyless = ${isKeyless}
    where chain_id = ${chainId} and wallet in (
      select wallet from lanes where chain_id = ${chainId} and wallet = any(${wallets}::text[]) and expires_at <= ${now}
      order by wallet limit ${count} for update skip locked)
    returning wallet, fence, mode`.execute(db);
  return rows;
}

/** Gives lanes back, so that another instance has them at once. */
export async function releaseLanes(db: Db, chainId: number, lanes: readonly Lane[]): Promise<void> {
  for (const { wallet, fence } of lanes) {
    await sql`update lanes set owner = null, expires_at = 0
      where chain_id = ${chainId} and wallet = ${wallet} and fence = ${fence}`.execute(db);
  }
}

/** Ends every lease, for an instance that knows to be the only one. */
export async function releaseAllLanes(db: Db, chainId: number): Promise<void> {
  await sql`update lanes set owner = null, expires_at = 0 where chain_id = ${chainId}`.execute(db);
}

/** For `checkHeld`: as long as the lane is the instance's, nobody else takes it until the transaction ends. */
export function lockLane({ chainId, instance }: Of, lane: Lane): RawBuilder<{ wallet: string }> {
  return sql<{ wallet: string }>`select wallet from lanes where chain_id = ${chainId} and wallet = ${lane.wallet}
    and owner = ${instance} and fence = ${lane.fence} and expires_at > ${now} for update`;
}

/** Throws `LaneLostError` unless the lane is still the instance's, by what `lockLane` gave. */
export function checkHeld(rows: readonly unknown[], lane: Lane): void {
  if (rows.length === 0) throw new LaneLostError(lane);
}

/** Throws `LaneLostError` unless the lane is still the instance's; nobody takes it until the transaction ends. */
export async function holdLane(db: Db, of: Of, lane: Lane): Promise<void> {
  checkHeld((await lockLane(of, lane).execute(db)).rows, lane);
}

/** Hot wallets that nobody works, with how many nonces and orders they have under way. */
export async function listAbandoned(
  db: Db,
  chainId: number,
): Promise<{ wallet: string; nonces: number; orders: number }[]> {
  const { rows } = await sql<{ wallet: string; nonces: number; orders: number }>`select * from (
      select wallet,
        (select count(distinct nonce)::int4 from transactions where transactions.chain_id = ${chainId}
          and transactions.wallet = lanes.wallet and status in ('pending', 'replaced')) as nonces,
        (select count(*)::int4 from orders where orders.chain_id = ${chainId} and orders.lane = lanes.wallet
          and status = 'submitted') as orders
      from lanes where chain_id = ${chainId} and (expires_at <= ${now} or is_keyless)) as idle
    where nonces > 0 or orders > 0 order by wallet`.execute(db);
  return rows;
}

/** Orders that were claimed by lanes nobody works and are in no transaction: any lane may have them. */
export async function unclaimAbandoned(db: Db, chainId: number): Promise<void> {
  await sql`update orders set lane = null from lanes
    where orders.chain_id = ${chainId} and orders.status = 'accepted' and orders.lane = lanes.wallet
      and lanes.chain_id = ${chainId} and (lanes.expires_at <= ${now} or lanes.mode = 'paused')`.execute(db);
}
