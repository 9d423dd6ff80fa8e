import { admitProofs, type Order, type Session, type SignedOrder } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { isAddressEqual, zeroAddress, type Address, type Hex } from "viem";
import type { SessionReader } from "../chain/createSessionReader.ts";
import type { Config } from "../config.ts";
import type { Pipeline } from "../db/createPipeline.ts";
import { getOrder, listLiveOrders, toReserved } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import type { ApiPolicies, Caller, KeptPolicy } from "../limits/createApiPolicies.ts";
import type { Access } from "../limits/createAccess.ts";
import type { FeeDesk } from "../limits/createFeeDesk.ts";
import type { GasBudget } from "../limits/createGasBudget.ts";
import type { SessionLimit } from "../limits/createSessionLimit.ts";
import type { Stages } from "../observability/createStages.ts";
import type { Sentinel } from "../sentinel/createSentinel.ts";
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
import { toRefusal } from "./toRefusal.ts";

export type Admission = ReturnType<typeof createAdmission>;

type Deps = {
  db: Kysely<Database>;
  pipeline: Pipeline;
  contents: ContentStore;
  sessionReader: SessionReader;
  simulation: Simulation;
  /** Whether an address is a contract. */
  isContract: (address: Address) => Promise<boolean>;
  access: Access;
  feeDesk: FeeDesk;
  gasBudget: GasBudget;
  sessionLimit: SessionLimit;
  apiPolicies: Pick<ApiPolicies, "check" | "isCommitted">;
  sentinel: Pick<Sentinel, "judge" | "noteRefusal">;
  stages: Stages;
  /** The hot wallets, at least one. */
  submitters: readonly Address[];
  config: Pick<Config, "chainId" | "manager" | "batch" | "fees">;
};

type Admitted = AdmittedOrder & { result: SimulationResult };

/** An order whose session is known. */
type Authenticated = {
  content: SessionContent;
  /** That this relayer keeps. */
  policy: KeptPolicy | undefined;
  orderHash: Hex;
  /** Whether its signature is known to be the key's; otherwise the contract tells in the simulation. */
  isProven: boolean;
};

type Purpose = { isAsking: boolean; caller: Caller };

/** Decides whether an order is taken: cheap checks before dear ones, each throwing the problem it finds. */
export function createAdmission(deps: Deps) {
  const {
    db,
    pipeline,
    contents,
    sessionReader,
    simulation,
    isContract,
    access,
    feeDesk,
    gasBudget,
    sessionLimit,
    apiPolicies,
    sentinel,
    stages,
    submitters,
    config,
  } = deps;
  const { chainId, manager } = config;
  const toHash = createOrderHasher(config);
  const store = createOrderStore({ pipeline, gasBudget, config });

  /** Content, signature and account: what the order itself says. */
  async function authenticate({ order, signature }: SignedOrder, caller: Caller): Promise<Authenticated> {
    const content = await stages.run("content", () => contents.get(order.sessionId));
    const { account, signer } = content.session;
    const policy = apiPolicies.isCommitted(content)
      ? await stages.run("policy", () => apiPolicies.check(content, caller))
      : undefined;
    const orderHash = toHash(order);
    const isProven = await stages.run("signature", () =>
      checkSignature({ signer, digest: orderHash, signature, hasCode: isContract }),
    );
    await stages.run("access", () => access.check(account));
    // Whoever has not signed must not use up what the key may ask for.
    const authenticated = { content, policy, orderHash, isProven };
    if (isProven) await takeSessionLimit(authenticated);
    return authenticated;
  }

  function takeSessionLimit({ content, policy, orderHash }: Authenticated): Promise<void> {
    const { ordersPerMinute } = policy ?? {};
    return stages.run("session-limit", () => sessionLimit.take(content.sessionId, orderHash, ordersPerMinute));
  }

  async function admit(
    signed: SignedOrder,
    authenticated: Authenticated,
    { isAsking, caller }: Purpose,
  ): Promise<Admitted> {
    const { content, orderHash, isProven } = authenticated;
    const { order, approval = "0x" } = signed;
    const { session, packedSession } = content;
    const submitter = toSubmitter(session, submitters);
    const state = await stages.run("state", async () => {
      const read = await sessionReader.getState(content);
      checkState({ order, session, state: read, relayer: submitter });
      const refusal = admitProofs({ session, signedOrder: signed, now: read.block.timestamp });
      if (refusal !== undefined) throw toRefusal({ name: refusal.error, args: refusal.args });
      return read;
    });
    if (config.fees !== undefined) await feeDesk.check(order);
    const { scopes, packed, batchGas } = stages.run("rules", () => {
      const proven = checkCalls(order, content, manager);
      const bytes = packAdmitted({ signed, packedSession, scopes: proven });
      const gas = toOrderGas({ gasLimit: order.gasLimit, packed: bytes });
      checkGas(order, gas, config.batch.gasMax);
      return { scopes: proven, packed: bytes, batchGas: gas };
    });
    const declared = toDeclaredSpend(session, order);
    const { remaining } = state;
    // Beside what is in flight both are checked where it is stored.
    stages.run("reservation", () => {
      gasBudget.check(session.account, batchGas);
      checkBudget({ session, remaining, needed: declared, reserved: [] });
    });
    const isApproved = approval !== "0x";
    const judge = (): void | Promise<void> =>
      stages.run("anomaly", () =>
        sentinel.judge({ content, order, orderHash, declared, source: caller.source, isApproved, isAsking }),
      );
    if (isProven) await judge();
    const result = await stages.run("simulation", () =>
      simulation.simulate({ content, order, scopes, packed, state, submitter, batchGas, wantsGas: isAsking }),
    );
    if (!isProven) {
      // The simulation has run the contract's own check of the signature.
      await takeSessionLimit(authenticated);
      await judge();
    }
    const reservations = toReservations(session, declared, result.getSpent);
    const wallet = session.relayer === zeroAddress ? undefined : submitter;
    const requestNonce = caller.principal?.nonce;
    return { order, orderHash, content, packed, state, reservations, wallet, batchGas, requestNonce, result };
  }

  return {
    /** Takes an order, or returns the one already taken under its hash. */
    async submit(signed: SignedOrder, caller: Caller): Promise<Submitted> {
      const authenticated = await authenticate(signed, caller);
      const { content, orderHash, isProven } = authenticated;
      try {
        const admitted = await admit(signed, authenticated, { isAsking: false, caller });
        return await stages.run("store", () => store.store(admitted));
      } catch (error) {
        // Whatever is wrong with it by now, an order that was taken keeps the answer it was given. While the chain is out of
        // reach every order comes here, again and again: then the database has enough to do.
        const isAsked = error instanceof ProblemError && error.code !== "rpc-unavailable";
        const known = isAsked ? await getOrder(db, chainId, orderHash) : undefined;
        if (known !== undefined) return { order: known, isNew: false };
        if (isAsked && isProven) await sentinel.noteRefusal(content, signed, orderHash, error);
        throw error;
      }
    },

    async simulate(signed: SignedOrder, caller: Caller): Promise<SimulationResult> {
      const { order } = signed;
      const authenticated = await authenticate(signed, caller);
      const { state, reservations, result } = await admit(signed, authenticated, { isAsking: true, caller });
      const { session, sessionId } = authenticated.content;
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
