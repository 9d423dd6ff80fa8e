import { toOrderJson, type Order } from "@latchkey/sdk";
import type { Address, Hex } from "viem";
import type { RequestNonce } from "../auth/principal.ts";
import { insertRequestNonce, toReplayed } from "../auth/requestNonces.ts";
import type { ChainState } from "../chain/createSessionReader.ts";
import type { Config } from "../config.ts";
import { createMicroBatch } from "../createMicroBatch.ts";
import type { Pipeline } from "../db/createPipeline.ts";
import type { GasSum } from "../db/gasRows.ts";
import {
  insertOrders,
  lockSessions,
  selectStored,
  toNewOrder,
  toReserved,
  toStored,
  type Acceptance,
  type HoldingOrder,
  type OrderRow,
  type SessionNonce,
  type Stored,
} from "../db/orderRows.ts";
import type { GasBudget, GasCharge } from "../limits/createGasBudget.ts";
import { ProblemError } from "../problem.ts";
import { cancelWaiting } from "../submission/cancelOrder.ts";
import { nonceWindowSize } from "./checkState.ts";
import type { SessionContent } from "./createContentStore.ts";
import { checkBudget, type Reservations } from "./reservations.ts";
import { toRefusal } from "./toRefusal.ts";

export type AdmittedOrder = {
  order: Order;
  orderHash: Hex;
  content: SessionContent;
  packed: Hex;
  /** What the order was checked against. */
  state: ChainState;
  reservations: Reservations;
  /** The only hot wallet that may submit it, if the session names one. */
  wallet: Address | undefined;
  /** What it adds to the gas of its batch, at most. */
  batchGas: number;
  /** Of a signed request, used up when the order is stored. */
  requestNonce?: RequestNonce | undefined;
};

export type Submitted = { order: OrderRow; isNew: boolean };
type Outcome = Submitted | { error: ProblemError };

/** Orders that come within so many milliseconds, and no more than so many, are stored in one transaction. */
const waitMs = 2;
const ordersMax = 64;

/**
 * Stores orders with their reservations, many in one transaction, and returns when they are committed. Throws the problem
 * of an order that another one got before, or finds that it is stored already.
 */
export function createOrderStore({
  pipeline,
  gasBudget,
  config: { chainId },
}: {
  pipeline: Pipeline;
  gasBudget: GasBudget;
  config: Pick<Config, "chainId">;
}) {
  const commits = createMicroBatch<AdmittedOrder, Outcome>({ run: storeAll, waitMs, sizeMax: ordersMax, runsMax: 1 });

  /** Waits for the database twice: for what is stored already, and for the commit. */
  function storeAll(admitted: readonly AdmittedOrder[]): Promise<Outcome[]> {
    const charge = gasBudget.charge(admitted.map(toGas));
    return pipeline.transaction(async ({ run, commit }) => {
      const filter = toStoredFilter(admitted);
      const [, stored, gas] = await Promise.all([
        run(lockSessions(chainId, filter.sessionIds)),
        run(selectStored(filter)),
        run(charge.add),
      ]);
      charge.open(gas);
      const held = toHeld(toStored(stored, filter.sessionIds));
      const decided = admitted.map((entry) => decide(entry, held, charge));
      // The last that can refuse: a request that is refused uses no nonce.
      const outcomes = await Promise.all(
        decided.map(async (outcome, index): Promise<Outcome> => {
          const { requestNonce } = admitted[index] ?? {};
          const [row] = toNewRow(outcome);
          if (row === undefined || requestNonce === undefined) return outcome;
          if ((await run(insertRequestNonce(chainId, requestNonce))).length > 0) return outcome;
          charge.drop({ account: row.account, gas: row.batch_gas });
          return { error: toReplayed() };
        }),
      );
      const added = outcomes.flatMap(toNewRow);
      for (const row of added) {
        // What it takes the nonce of, and is in no transaction, is cancelled for good: the nonce is its own then.
        if (!row.holds_nonce) row.holds_nonce = (await run(cancelWaiting(row))).length > 0;
      }
      const given = charge.giveBack();
      const [accepted] = await Promise.all([
        added.length === 0 ? [] : run(insertOrders(added)),
        given && run(given),
        commit(),
      ]);
      fillIn(added, accepted);
      return outcomes;
    });
  }

  function toStoredFilter(admitted: readonly AdmittedOrder[]) {
    return {
      chainId,
      orderHashes: admitted.map(({ orderHash }) => orderHash),
      sessionIds: toSessionIds(admitted),
      nonces: toNonces(admitted),
      afterBlock: Math.min(...admitted.map(({ state }) => state.block.number)),
    };
  }

  /** Adds what it takes to `held`, so that the next order of the same transaction meets it. */
  function decide(entry: AdmittedOrder, held: Held, charge: GasCharge): Outcome {
    const { order, orderHash, content, packed, state, reservations, wallet, batchGas } = entry;
    const { session, sessionId } = content;
    const known = held.known.get(orderHash);
    if (known !== undefined) return { order: known, isNew: false };
    if (held.run.has(orderHash)) return { error: toRefusal({ name: "NonceUsed", args: [order.nonce] }) };
    const holding = held.holding.get(sessionId) ?? [];
    const rivals = holding.filter(({ nonce, isLive, holdsNonce }) => nonce === order.nonce && (isLive || holdsNonce));
    const isTaken = rivals.length > 0;
    // Without calls it only uses its nonce: the way to take back an order that may be in a transaction already.
    const isCancel =
      order.calls.length === 0 && rivals.length === 1 && rivals[0]?.isLive === true && rivals[0].hasCalls;
    try {
      if (isTaken && !isCancel) throw nonceTaken(order.nonce);
      checkSpread(order.nonce, holding);
      const reserved = toReserved(holding, session.limits.length, state.block.number);
      checkBudget({ session, remaining: state.remaining, needed: reservations, reserved });
    } catch (error) {
      if (error instanceof ProblemError) return { error };
      throw error;
    }
    const problem = charge.take(toGas(entry));
    if (problem !== undefined) return { error: problem };
    const { account } = session;
    const json = toOrderJson(order);
    const holdsNonce = !isTaken;
    const row = toNewOrder({ chainId, orderHash, account, json, packed, reservations, wallet, batchGas, holdsNonce });
    held.known.set(orderHash, row);
    const hasCalls = order.calls.length > 0;
    const added = { sessionId, nonce: order.nonce, holdsNonce, hasCalls, isLive: true, block: undefined, reservations };
    held.holding.set(sessionId, [...holding, added]);
    return { order: row, isNew: true };
  }

  return {
    async store(admitted: AdmittedOrder): Promise<Submitted> {
      const outcome = await commits.add(admitted);
      if ("error" in outcome) throw outcome.error;
      return outcome;
    },
  };
}

type Held = { known: Map<string, OrderRow>; run: Set<string>; holding: Map<string, HoldingOrder[]> };

function toHeld({ known, run, holding: rows }: Stored): Held {
  const holding = Map.groupBy(rows, ({ sessionId }) => sessionId);
  return { known: new Map(known.map((row) => [row.order_hash, row])), run: new Set(run), holding };
}

const toSessionIds = (admitted: readonly AdmittedOrder[]): Hex[] =>
  unique(admitted.map(({ content }) => content.sessionId));

function toNonces(admitted: readonly AdmittedOrder[]): SessionNonce[] {
  const all = admitted.map(({ order, content }) => ({ sessionId: content.sessionId, nonce: order.nonce }));
  return [...new Map(all.map((each) => [`${each.sessionId}/${each.nonce}`, each])).values()];
}

const toGas = ({ content, batchGas }: AdmittedOrder): GasSum => ({ account: content.session.account, gas: batchGas });

function fillIn(orders: readonly OrderRow[], accepted: readonly Acceptance[]): void {
  const acceptedAt = new Map(accepted.map(({ order_hash, accepted_at }) => [order_hash, accepted_at]));
  for (const order of orders) order.accepted_at = acceptedAt.get(order.order_hash) ?? order.accepted_at;
}

/** The row that the outcome adds, if it adds one. */
function toNewRow(outcome: Outcome): OrderRow[] {
  return "order" in outcome && outcome.isNew ? [outcome.order] : [];
}

export function nonceTaken(nonce: number): ProblemError {
  const sentence = `Another order of the session has the nonce ${nonce}.`;
  return new ProblemError("nonce-used", sentence, { rule: { name: "NonceUsed", args: [nonce], sentence } });
}

/** An order that runs pushes nonces far below its own out of the window: none in flight may be pushed, nor be pushing. */
function checkSpread(nonce: number, holding: readonly HoldingOrder[]): void {
  const all = [nonce, ...holding.filter(({ isLive }) => isLive).map((order) => order.nonce)];
  if (Math.max(...all) - Math.min(...all) < nonceWindowSize) return;
  throw new ProblemError(
    "order-conflict",
    `Orders in flight have nonces from ${Math.min(...all)} to ${Math.max(...all)}, too far apart to all run`,
    { retryAfterSeconds: 1 },
  );
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
