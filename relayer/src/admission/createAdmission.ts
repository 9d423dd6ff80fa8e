import { admitOrder, hashOrder, packOrder, toOrderJson, type Order, type SignedOrder } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { size, type Address, type Hex } from "viem";
import type { SessionReader } from "../chain/createSessionReader.ts";
import type { Config } from "../config.ts";
import {
  getOrder,
  insertOrder,
  isNonceHeld,
  listLiveOrders,
  lockSession,
  toReserved,
  type LiveOrder,
  type OrderRow,
} from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { hasRun } from "../submission/settleOrders.ts";
import { toBatchGas } from "../submission/batchGas.ts";
import { checkSignature } from "./checkSignature.ts";
import { checkState, nonceWindowSize } from "./checkState.ts";
import type { ContentStore, SessionContent } from "./createContentStore.ts";
import type { Simulation, SimulationResult } from "./createSimulation.ts";
import { checkBudget, toDeclaredSpend, toReservations, type Reservations } from "./reservations.ts";
import { toRefusal } from "./toRefusal.ts";

export type Admission = ReturnType<typeof createAdmission>;

type Deps = {
  db: Kysely<Database>;
  contents: ContentStore;
  sessionReader: SessionReader;
  simulation: Simulation;
  /** The hot wallet. */
  relayer: Address;
  config: Pick<Config, "chainId" | "manager" | "access" | "allowedAccounts" | "batch">;
};

type Submitted = { order: OrderRow; isNew: boolean };

type Admitted = {
  order: Order;
  orderHash: Hex;
  content: SessionContent;
  packed: Hex;
  remaining: readonly bigint[];
  reservations: Reservations;
  result: SimulationResult;
};

/** Decides whether an order is taken: cheap checks before dear ones, each throwing the problem it finds. */
export function createAdmission(deps: Deps) {
  const { db, contents, sessionReader, simulation, relayer, config } = deps;
  const { chainId, manager } = config;

  /** Content, signature and account: what the order itself says. */
  async function authenticate({ order, signature }: SignedOrder): Promise<{ content: SessionContent; orderHash: Hex }> {
    const content = await contents.get(order.sessionId);
    const { account, signer, approver, leaseTtl } = content.session;
    if (size(signer) !== 20 || approver !== "0x" || leaseTtl !== 0) {
      throw new ProblemError("feature-unsupported", "Sessions with other than address keys, approvers or leases");
    }
    const orderHash = hashOrder(order, { chainId, manager });
    checkSignature({ signer, digest: orderHash, signature });
    if (config.access === "allowlist" && !config.allowedAccounts.includes(account)) {
      throw new ProblemError("account-not-allowed", `This relayer does not serve the account ${account}`);
    }
    return { content, orderHash };
  }

  async function admit(signed: SignedOrder, content: SessionContent, orderHash: Hex): Promise<Admitted> {
    const { order, signature } = signed;
    const { session, scopes } = content;
    const state = await sessionReader.getState(content);
    checkState({ order, session, state, relayer });
    const refusal = admitOrder({ session, scopes, order, manager });
    if (refusal !== undefined) throw toRefusal({ name: refusal.error, args: refusal.args });
    const packed = packOrder({ order, session, scopes, signature });
    checkGas(order, packed, config.batch.gasMax);
    const live = await listLiveOrders(db, chainId, order.sessionId);
    if (live.some(({ nonce }) => nonce === order.nonce)) throw nonceTaken(order.nonce);
    const declared = toDeclaredSpend(session, order);
    const { remaining } = state;
    checkBudget({ session, remaining, needed: declared, reserved: toReserved(live, session.limits.length) });
    const result = await simulation.simulate({ content, order, packed, state });
    const reservations = toReservations(session, declared, result.getSpent);
    return { order, orderHash, content, packed, remaining, reservations, result };
  }

  /** Stores the order with its reservation, or finds that another one got in between. */
  function store({ order, orderHash, content, packed, remaining, reservations }: Admitted): Promise<Submitted> {
    const { session, sessionId } = content;
    return db.transaction().execute(async (tx) => {
      await lockSession(tx, chainId, sessionId);
      const known = await getOrder(tx, chainId, orderHash);
      if (known !== undefined) return { order: known, isNew: false };
      if (await hasRun(tx, chainId, orderHash)) throw toRefusal({ name: "NonceUsed", args: [order.nonce] });
      if (await isNonceHeld(tx, chainId, sessionId, order.nonce)) throw nonceTaken(order.nonce);
      const live = await listLiveOrders(tx, chainId, sessionId);
      checkSpread(order.nonce, live);
      checkBudget({ session, remaining, needed: reservations, reserved: toReserved(live, session.limits.length) });
      await insertOrder(tx, chainId, {
        orderHash,
        account: session.account,
        json: toOrderJson(order),
        packed,
        reservations,
      });
      const row = await getOrder(tx, chainId, orderHash);
      if (row === undefined) throw new Error(`The order ${orderHash} was stored and is not there`);
      return { order: row, isNew: true };
    });
  }

  return {
    /** Takes an order, or returns the one already taken under its hash. */
    async submit(signed: SignedOrder): Promise<Submitted> {
      const { content, orderHash } = await authenticate(signed);
      const known = await getOrder(db, chainId, orderHash);
      if (known !== undefined) return { order: known, isNew: false };
      try {
        return await store(await admit(signed, content, orderHash));
      } catch (error) {
        // Sent several times at once, an order may meet itself, in flight or already run.
        const met = error instanceof ProblemError ? await getOrder(db, chainId, orderHash) : undefined;
        if (met === undefined) throw error;
        return { order: met, isNew: false };
      }
    },

    async simulate(signed: SignedOrder): Promise<SimulationResult> {
      const { content, orderHash } = await authenticate(signed);
      const { result } = await admit(signed, content, orderHash);
      return result;
    },
  };
}

function nonceTaken(nonce: number): ProblemError {
  const sentence = `Another order of the session has the nonce ${nonce}.`;
  return new ProblemError("nonce-used", sentence, { rule: { name: "NonceUsed", args: [nonce], sentence } });
}

function checkGas(order: Order, packed: Hex, gasMax: number): void {
  const gas = toBatchGas([{ gasLimit: order.gasLimit, packed }]);
  if (gas <= gasMax) return;
  throw new ProblemError(
    "gas-limit-invalid",
    `With its gas limit of ${order.gasLimit} the order needs a transaction of ${gas} gas; ${gasMax} is the most here`,
  );
}

/** An order that runs pushes nonces far below its own out of the window: none in flight may be pushed, nor be pushing. */
function checkSpread(nonce: number, live: readonly LiveOrder[]): void {
  const all = [nonce, ...live.map((order) => order.nonce)];
  if (Math.max(...all) - Math.min(...all) < nonceWindowSize) return;
  throw new ProblemError(
    "order-conflict",
    `Orders in flight have nonces from ${Math.min(...all)} to ${Math.max(...all)}, too far apart to all run`,
    { retryAfterSeconds: 1 },
  );
}
