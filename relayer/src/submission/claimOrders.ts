import { sql, type RawBuilder } from "kysely";
import type { Hex } from "viem";
import type { Config } from "../config.ts";
import type { Pipeline } from "../db/createPipeline.ts";
import { databaseNow } from "../db/databaseNow.ts";
import { toBatchGas } from "./batchGas.ts";

/** Orders that a lane has claimed for one transaction, in the order in which they run. */
export type Batch = { wallet: string; orderHashes: string[]; packed: Hex[]; gas: number };

/** A lane, and how many batches it may take now. */
export type LaneRoom = { wallet: string; room: number };

type Waiting = {
  order_hash: string;
  session_id: string;
  batch_gas: number;
  age_ms: number;
  /** The lane it must go to, if one has it or some of its session in flight, or its session names one. */
  bound: string | null;
};

type Draft = { wallet: string; orders: Waiting[]; gas: number };

/** Namespace of the advisory lock under which orders are claimed: `clai`. */
const claimLock = 0x636c6169;
const waitingMax = 1_000;

/**
 * Claims the orders that go next for the lanes that have room, in the order of their acceptance, as few and as full batches
 * as can be; and says after how many milliseconds more are due. All that waits of a session goes to the lane that has some
 * of it in flight already, so the orders of one session are mined in the order of their acceptance. An order that is
 * claimed cannot be cancelled any more. An order without calls whose nonce another one has in a transaction is not claimed:
 * it takes that one's place. (What may still run is sought session by session, by its index, and only then compared, `offset
 * 0` keeps the planner to it: the first that a lane has says which, so the others need not be read.)
 */
export function claimOrders(
  pipeline: Pipeline,
  lanes: readonly LaneRoom[],
  { chainId, batch }: Pick<Config, "chainId" | "batch">,
): Promise<{ batches: Batch[]; waitMs: number | undefined }> {
  return pipeline.transaction(async ({ run, commit }) => {
    const wallets = lanes.map(({ wallet }) => wallet);
    const [, waiting] = await Promise.all([
      // Two instances that look at once would both find a session free.
      run(sql`select pg_advisory_xact_lock(${claimLock}, ${chainId | 0})`),
      run(selectWaiting(chainId, wallets)),
    ]);
    const { due, waitMs } = toDrafts(waiting, lanes, batch);
    if (due.length === 0) {
      await commit();
      return { batches: [], waitMs };
    }
    const rows = due.flatMap(({ wallet, orders }) => orders.map(({ order_hash }) => ({ order_hash, lane: wallet })));
    const [claimed] = await Promise.all([run(updateClaimed(chainId, rows)), commit()]);
    const packedOf = new Map(claimed.map(({ order_hash, packed }) => [order_hash, packed]));
    return { batches: due.map((draft) => toBatch(draft, packedOf)), waitMs };
  });
}

/** Gives waiting orders to their lanes. What is no longer waiting is left out. */
export function updateClaimed(
  chainId: number,
  rows: readonly { order_hash: string; lane: string }[],
): RawBuilder<{ order_hash: string; packed: Hex }> {
  // Sought by their hashes, and only then compared (`is true` keeps the planner to it): the index of what waits is of
  // orders that change all the time.
  return sql<{ order_hash: string; packed: Hex }>`update orders set lane = row.lane
    from json_to_recordset(${JSON.stringify(rows)}::json) as row (order_hash text, lane text)
    where chain_id = ${chainId} and orders.order_hash = row.order_hash and (status = 'accepted') is true
    returning orders.order_hash, packed`;
}

/** What waits for one of the lanes, or for any. */
export function selectWaiting(chainId: number, wallets: readonly string[]): RawBuilder<Waiting> {
  return sql<Waiting>`
    with waiting as materialized (
      select order_hash, session_id, nonce, holds_nonce, batch_gas, sequence, accepted_at, lane, wallet from orders
      where chain_id = ${chainId} and status = 'accepted' and not_before <= (select ${databaseNow})),
    bound as materialized (
      select session_id, (
        select live.lane from (
          select chain_id, lane from orders
          where session_id = sessions.session_id and status in ('accepted', 'submitted') order by nonce offset 0) as live
        where chain_id = ${chainId} and live.lane is not null limit 1) as lane
      from (select distinct session_id from waiting) as sessions)
    select order_hash, session_id, batch_gas, ${databaseNow} - accepted_at as age_ms, chosen.lane as bound
    from waiting join bound using (session_id)
      cross join lateral (select coalesce(waiting.lane, bound.lane, wallet) as lane) as chosen
    where (chosen.lane is null or chosen.lane = any(${wallets}::text[]))
      and (holds_nonce or not exists (select 1 from orders as rival
        where rival.chain_id = ${chainId} and rival.session_id = waiting.session_id and rival.nonce = waiting.nonce
          and rival.status in ('accepted', 'submitted') and (rival.status = 'submitted') is true offset 0))
    order by sequence limit ${waitingMax}`;
}

/** Fills one lane's batch before it begins the next, so that orders share what a transaction costs. */
function toDrafts(
  waiting: readonly Waiting[],
  lanes: readonly LaneRoom[],
  { ordersMax, gasMax, ageMaxMs }: Config["batch"],
): { due: Draft[]; waitMs: number | undefined } {
  const rooms = new Map(lanes.map(({ wallet, room }) => [wallet, room]));
  const laneOf = new Map<string, string>();
  const full: Draft[] = [];
  const open = new Map<string, Draft>();
  const fits = (draft: Draft, order: Waiting): boolean =>
    draft.orders.length < ordersMax && draft.gas + order.batch_gas <= gasMax;
  /** The lane that takes an order of a session which none has. */
  const choose = (order: Waiting): string | undefined =>
    [...open.values()].find((draft) => fits(draft, order))?.wallet ??
    [...rooms].filter(([, room]) => room > 0).toSorted(([, a], [, b]) => b - a)[0]?.[0];
  for (const order of waiting) {
    const wallet = order.bound ?? laneOf.get(order.session_id) ?? choose(order);
    if (wallet === undefined) continue;
    laneOf.set(order.session_id, wallet);
    let draft = open.get(wallet);
    if (draft !== undefined && !fits(draft, order)) {
      full.push(draft);
      open.delete(wallet);
      draft = undefined;
    }
    if (draft === undefined) {
      const room = rooms.get(wallet) ?? 0;
      if (room <= 0) continue;
      rooms.set(wallet, room - 1);
      draft = { wallet, orders: [], gas: toBatchGas([]) };
      open.set(wallet, draft);
    }
    draft.orders.push(order);
    draft.gas += order.batch_gas;
  }
  const due = [...full];
  let waitMs: number | undefined;
  for (const draft of open.values()) {
    const left = ageMaxMs - Math.max(...draft.orders.map(({ age_ms }) => age_ms));
    if (draft.orders.length >= ordersMax || left <= 0) due.push(draft);
    else waitMs = Math.min(waitMs ?? Infinity, left);
  }
  return { due, waitMs };
}

/** What was cancelled or expired in between is left out. */
function toBatch({ wallet, orders }: Draft, packedOf: ReadonlyMap<string, Hex>): Batch {
  const left = orders.flatMap((order) => {
    const packed = packedOf.get(order.order_hash);
    return packed === undefined ? [] : [{ ...order, packed }];
  });
  return {
    wallet,
    orderHashes: left.map(({ order_hash }) => order_hash),
    packed: left.map(({ packed }) => packed),
    gas: toBatchGas(left.map(({ batch_gas }) => batch_gas)),
  };
}
