import type { Order, Session, SignedOrder } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { isAddressEqual, size, zeroAddress, type Address, type Hex } from "viem";
import type { SessionReader } from "../chain/createSessionReader.ts";
import type { Config } from "../config.ts";
import { getOrder, listLiveOrders, toReserved } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { toBatchGas, toOrderGas } from "../submission/batchGas.ts";
import { checkCalls } from "./checkCalls.ts";
import { checkSignature } from "./checkSignature.ts";
import { checkState } from "./checkState.ts";
import type { ContentStore, SessionContent } from "./createContentStore.ts";
import { createOrderHasher } from "./createOrderHasher.ts";
import { createOrderStore, nonceTaken, type AdmittedOrder, type Submitted } from "./createOrderStore.ts";
import type { Simulation, SimulationResult } from "./createSimulation.ts";
import { packAdmitted } from "./packAdmitted.ts";
import { checkBudget, toDeclaredSpend, toReservations } from "./reservations.ts";

export type Admission = ReturnType<typeof createAdmission>;

type Deps = {
  db: Kysely<Database>;
  contents: ContentStore;
  sessionReader: SessionReader;
  simulation: Simulation;
  /** The hot wallets, at least one. */
  submitters: readonly Address[];
  config: Pick<Config, "chainId" | "manager" | "access" | "allowedAccounts" | "batch">;
};

type Admitted = AdmittedOrder & { result: SimulationResult };

/** Decides whether an order is taken: cheap checks before dear ones, each throwing the problem it finds. */
export function createAdmission(deps: Deps) {
  const { db, contents, sessionReader, simulation, submitters, config } = deps;
  const { chainId, manager } = config;
  const toHash = createOrderHasher(config);
  const store = createOrderStore({ db, config });

  /** Content, signature and account: what the order itself says. */
  async function authenticate({ order, signature }: SignedOrder): Promise<{ content: SessionContent; orderHash: Hex }> {
    const content = await contents.get(order.sessionId);
    const { account, signer, approver, leaseTtl } = content.session;
    if (size(signer) !== 20 || approver !== "0x" || leaseTtl !== 0) {
      throw new ProblemError("feature-unsupported", "Sessions with other than address keys, approvers or leases");
    }
    const orderHash = toHash(order);
    checkSignature({ signer, digest: orderHash, signature });
    if (config.access === "allowlist" && !config.allowedAccounts.includes(account)) {
      throw new ProblemError("account-not-allowed", `This relayer does not serve the account ${account}`);
    }
    return { content, orderHash };
  }

  async function admit(
    signed: SignedOrder,
    { content, orderHash, wantsGas }: { content: SessionContent; orderHash: Hex; wantsGas: boolean },
  ): Promise<Admitted> {
    const { order, signature } = signed;
    const { session, packedSession } = content;
    const state = await sessionReader.getState(content);
    const submitter = toSubmitter(session, submitters);
    checkState({ order, session, state, relayer: submitter });
    const scopes = checkCalls(order, content, manager);
    const packed = packAdmitted({ order, packedSession, scopes, signature });
    const batchGas = toOrderGas({ gasLimit: order.gasLimit, packed });
    checkGas(order, batchGas, config.batch.gasMax);
    const declared = toDeclaredSpend(session, order);
    const { remaining } = state;
    checkBudget({ session, remaining, needed: declared, reserved: [] });
    const result = await simulation.simulate({ content, order, scopes, packed, state, submitter, batchGas, wantsGas });
    const reservations = toReservations(session, declared, result.getSpent);
    const wallet = session.relayer === zeroAddress ? undefined : submitter;
    return { order, orderHash, content, packed, state, reservations, wallet, batchGas, result };
  }

  return {
    /** Takes an order, or returns the one already taken under its hash. */
    async submit(signed: SignedOrder): Promise<Submitted> {
      const { content, orderHash } = await authenticate(signed);
      try {
        return await store.store(await admit(signed, { content, orderHash, wantsGas: false }));
      } catch (error) {
        // Whatever is wrong with it by now, an order that was taken keeps the answer it was given. While the chain is out of
        // reach every order comes here, again and again: then the database has enough to do.
        const isAsked = error instanceof ProblemError && error.code !== "rpc-unavailable";
        const known = isAsked ? await getOrder(db, chainId, orderHash) : undefined;
        if (known === undefined) throw error;
        return { order: known, isNew: false };
      }
    },

    async simulate(signed: SignedOrder): Promise<SimulationResult> {
      const { order } = signed;
      const { content, orderHash } = await authenticate(signed);
      const { state, reservations, result } = await admit(signed, { content, orderHash, wantsGas: true });
      const { session, sessionId } = content;
      const { block, remaining } = state;
      const live = await listLiveOrders(db, { chainId, sessionId, afterBlock: block.number });
      if (live.some(({ nonce }) => nonce === order.nonce)) throw nonceTaken(order.nonce);
      const reserved = toReserved(live, session.limits.length, block.number);
      checkBudget({ session, remaining, needed: reservations, reserved });
      return result;
    },
  };
}

/** The hot wallet that the session names, otherwise the first: `checkState` refuses a session that names a stranger. */
function toSubmitter({ relayer }: Session, submitters: readonly Address[]): Address {
  const [first] = submitters;
  if (first === undefined) throw new Error("There is no hot wallet");
  return submitters.find((wallet) => isAddressEqual(wallet, relayer)) ?? first;
}

function checkGas(order: Order, batchGas: number, gasMax: number): void {
  const gas = toBatchGas([batchGas]);
  if (gas <= gasMax) return;
  throw new ProblemError(
    "gas-limit-invalid",
    `With its gas limit of ${order.gasLimit} the order needs a transaction of ${gas} gas; ${gasMax} is the most here`,
  );
}
