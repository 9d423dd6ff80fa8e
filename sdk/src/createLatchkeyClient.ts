import type { Address, Hex } from "viem";
import { parseApiPolicyJson, type ApiPolicy } from "./apiPolicy.ts";
import { toControlTypedData } from "./controlMessage.ts";
import { findScope } from "./admitOrder.ts";
import type { AccountCall } from "./encodeCalls.ts";
import {
  LatchkeyError,
  OrderNotAdmittedError,
  OrderTimeoutError,
  RelayerProblemError,
  ResponseInvalidError,
} from "./errors.ts";
import { parseEvidences, type Evidence } from "./evidence.ts";
import { streamRelayerEvents } from "./eventStream.ts";
import { hashOrder } from "./hashOrder.ts";
import { hashSession } from "./hashSession.ts";
import { createRequestSigner } from "./createRequestSigner.ts";
import { readBoolean, readObject } from "./jsonReader.ts";
import { createLeaseSource } from "./leaseSource.ts";
import { createNonceSource } from "./nonceSource.ts";
import type { Order, SignedOrder } from "./order.ts";
import { createRelayerHttp } from "./relayerHttp.ts";
import {
  parseRelayerEvents,
  parseControlState,
  parseIssuedLease,
  parseOrderState,
  parseRelayerInfo,
  parseSessionState,
  parseSessionStates,
  parseSimulation,
  type RelayerEvent,
  type ControlState,
  type IssuedLease,
  type LimitRemaining,
  type OrderState,
  type RelayerInfo,
  type SessionState,
} from "./relayerResponses.ts";
import { sleep, type RetryPolicy } from "./retry.ts";
import type { Scope } from "./scope.ts";
import { toScopesRoot } from "./scopesTree.ts";
import type { Session } from "./session.ts";
import { signOrder, type OrderSigner } from "./signOrder.ts";
import { toErrorSentence } from "./toErrorSentence.ts";
import { toScopeJson, toSessionJson, toSignedOrderJson } from "./wire.ts";

export type LatchkeyClientOptions = {
  relayerUrl: string;
  chainId: number;
  manager: Address;
  /** Signs orders; any viem `LocalAccount`. Not needed to read. */
  sessionKey?: OrderSigner;
  /** Signs requests instead of the session key: the owner of the account, by his wallet (EIP-191). */
  owner?: Required<Pick<OrderSigner, "address" | "signMessage">>;
  /** The session to use, if its content is at hand; otherwise `sessionId`, and the relayer is asked. */
  session?: Session;
  scopes?: readonly Scope[];
  sessionId?: Hex;
  /** Of each request. Default 10 s. */
  timeoutMs?: number;
  retryPolicy?: Partial<RetryPolicy>;
};

export type OrderInput = {
  calls: readonly AccountCall[];
  /** Seconds since the Unix epoch, inclusive. Default: in two minutes. */
  deadline?: number;
  /** Default: 300,000 and 200,000 for each call. */
  gasLimit?: number;
  /** Default: the next one. */
  nonce?: number;
  /** Of the session's sentinel, for sessions with a `leaseTtl`. Default: the relayer's, if it is the sentinel. */
  lease?: Hex;
  /** Asks the session's approver to sign the order (`signApproval`); for limits with an `approveAbove`. */
  approve?: (order: Order, orderHash: Hex) => Promise<Hex>;
};

export type SubmittedOrder = OrderState & { order: Order };

export type LatchkeyClient = {
  /** Finds the scopes, signs, submits. A refusal is a `RelayerProblemError`; nothing has happened then. */
  submitOrder: (input: OrderInput, options?: { signal?: AbortSignal }) => Promise<SubmittedOrder>;
  /** Submitting the same order again returns its present state. */
  submitSignedOrder: (signedOrder: SignedOrder, options?: { signal?: AbortSignal }) => Promise<OrderState>;
  /** Runs the order without effect; refusals as of `submitOrder`. */
  simulateOrder: (input: OrderInput, options?: { signal?: AbortSignal }) => Promise<{ gasUsed: bigint | undefined }>;
  /** Resolves with the order's final state, whether it ran or not. Throws `OrderTimeoutError`. */
  waitForOrder: (
    orderHash: Hex,
    options?: { timeoutMs?: number; pollIntervalMs?: number; signal?: AbortSignal },
  ) => Promise<OrderState>;
  getOrder: (orderHash: Hex) => Promise<OrderState>;
  getSession: (sessionId?: Hex) => Promise<SessionState>;
  getRemaining: (sessionId?: Hex) => Promise<LimitRemaining[]>;
  /** Tells a relayer that missed the grant what the session says; its id proves it. Signed with the session key. */
  putSession: (content: { session: Session; scopes: readonly Scope[] }) => Promise<SessionState>;
  /** Tells the relayer what policy the session's `salt` commits to, from when on it keeps it. Signed with the session key. */
  putPolicy: (policy: ApiPolicy) => Promise<ApiPolicy>;
  /**
   * Gives the session up for ever, at the relayer's cost: signed by the session key, sent by the relayer. Resolves when the
   * relayer has stored it; `getControl` tells when the chain has it.
   */
  surrender: () => Promise<ControlState>;
  getControl: (id: string) => Promise<ControlState>;
  /** What the relayer's sentinel did about the session, newest first. Signed with the key, or by the owner. */
  getEvidence: (sessionId?: Hex, options?: { before?: number; limit?: number }) => Promise<Evidence[]>;
  /** Lets a session's orders run again that the sentinel holds. Signed by the owner. Whether it was held. */
  release: (sessionId?: Hex) => Promise<boolean>;
  /** The word of the relayer's sentinel that the session is healthy; orders get it by themselves. Signed with the key. */
  getLease: () => Promise<IssuedLease>;
  getSessionsOfAccount: (account: Address) => Promise<SessionState[]>;
  /** What happened to an account and its sessions on chain, newest first. */
  getEventsOfAccount: (account: Address, options?: { limit?: number }) => Promise<RelayerEvent[]>;
  getInfo: () => Promise<RelayerInfo>;
  /**
   * What happens on chain, as it happens, until `signal` aborts. Reconnects by itself, from the last event seen; `EventUndone`
   * takes back an event that a reorg undid. With the session key and `sessionId`, or for who names an `orderHash`, also
   * `OrderChanged`: what becomes of orders.
   */
  streamEvents: (options?: {
    account?: Address;
    sessionId?: Hex;
    orderHash?: Hex;
    lastEventId?: string;
    signal?: AbortSignal;
  }) => AsyncGenerator<RelayerEvent, void, undefined>;
};

const finalStatuses: readonly string[] = ["confirmed", "failed", "expired", "cancelled"];
/** How long a surrender may take to be mined: a day, for it can do no harm. */
const surrenderSeconds = 86_400;
const nonceTakenCodes = ["nonce-used", "nonce-too-old"];
/** How often an order is signed again because another process took its nonce. */
const signingsMax = 3;
/** Servers send a comment every few seconds; a minute of silence is a dead connection. */
const streamIdleMs = 60_000;

/** A client of one relayer, and for bots of one session. */
export function createLatchkeyClient(options: LatchkeyClientOptions): LatchkeyClient {
  const { relayerUrl, chainId, manager, timeoutMs = 10_000 } = options;
  const retryPolicy: RetryPolicy = { attemptsMax: 5, delayBaseMs: 250, delayMaxMs: 5_000, ...options.retryPolicy };
  const { sessionKey, owner } = options;
  const { address, signMessage } = owner ?? sessionKey ?? {};
  const signRequest = address && signMessage && createRequestSigner({ address, signMessage }, chainId);
  const http = createRelayerHttp({ relayerUrl, timeoutMs, retryPolicy, signRequest });
  const nonces = createNonceSource(async () => (await getSession()).nextNonce);
  const leases = createLeaseSource(getLease);
  let loadedContent: Promise<SessionContent> | undefined;

  async function getSession(sessionId = ownSessionId(options)): Promise<SessionState> {
    const path = `/v1/sessions/${sessionId}`;
    const state = parseAnswer(await http.request({ method: "GET", path, isSigned: true }), parseSessionState);
    checkContent(state.sessionId, state);
    if (state.sessionId !== sessionId.toLowerCase()) {
      throw new ResponseInvalidError(`The relayer answered with the session ${state.sessionId}, not ${sessionId}`);
    }
    return state;
  }

  function getContent(): Promise<SessionContent> {
    const { session, scopes } = options;
    if (session !== undefined && scopes !== undefined) {
      return Promise.resolve({ sessionId: hashSession(session), session, scopes });
    }
    // Content never changes under an id, so once is enough; a failure is not kept.
    loadedContent ??= getSession().catch((error: unknown) => {
      loadedContent = undefined;
      throw error;
    });
    return loadedContent;
  }

  async function getLease(): Promise<IssuedLease> {
    const path = `/v1/sessions/${ownSessionId(options)}/lease`;
    return parseAnswer(await http.request({ method: "POST", path, isSigned: true }), parseIssuedLease);
  }

  async function get<T>(path: string, parse: (json: unknown) => T, signal?: AbortSignal): Promise<T> {
    return parseAnswer(await http.request({ method: "GET", path, signal }), parse);
  }

  /** Everything of an order but its nonce: fails before a nonce is taken if no scope admits a call. */
  async function prepare(input: OrderInput): Promise<(nonce: number) => Promise<SignedOrder>> {
    if (sessionKey === undefined) throw new LatchkeyError("The client has no sessionKey, so it cannot sign orders");
    const { sessionId, session, scopes } = await getContent();
    const calls = input.calls.map(({ target, value = 0n, data = "0x" }, callIndex) => {
      const found = findScope({ session, scopes, call: { target, value, data }, callIndex, manager });
      if ("refusal" in found) throw toNotAdmitted(found.refusal, target, callIndex);
      return { target, value, data, scope: found.leaf };
    });
    return async (nonce) => {
      const order: Order = {
        sessionId,
        nonce,
        deadline: input.deadline ?? Math.floor(Date.now() / 1000) + 120,
        gasLimit: input.gasLimit ?? 300_000 + 200_000 * calls.length,
        calls,
      };
      const signature = await signOrder({ order, signer: sessionKey, chainId, manager });
      const approval = await input.approve?.(order, hashOrder(order, { chainId, manager }));
      const lease = input.lease ?? (session.leaseTtl === 0 ? undefined : (await leases.get()).lease);
      return {
        order,
        signature,
        ...(lease !== undefined && { lease }),
        ...(approval !== undefined && { approval }),
      };
    };
  }

  async function submitSignedOrder(
    signedOrder: SignedOrder,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<OrderState> {
    const body = toSignedOrderJson(signedOrder);
    const state = parseAnswer(
      await http.request({ method: "POST", path: "/v1/orders", body, signal }),
      parseOrderState,
    );
    const orderHash = hashOrder(signedOrder.order, { chainId, manager });
    if (state.orderHash !== orderHash) {
      throw new ResponseInvalidError(
        `The relayer calls the order ${state.orderHash}, but it is ${orderHash}: is it of another chain or manager?`,
      );
    }
    return state;
  }

  /** Signs with the nonce given, or the next one, which is given back if nobody stores the order. */
  async function signAndSend<T>(
    given: number | undefined,
    sign: (nonce: number) => Promise<SignedOrder>,
    send: (signedOrder: SignedOrder) => Promise<T>,
  ): Promise<T> {
    if (given !== undefined) return send(await sign(given));
    for (let signing = 1; ; signing += 1) {
      const nonce = await nonces.take();
      const signedOrder = await sign(nonce).catch((error: unknown) => {
        nonces.release(nonce);
        throw error;
      });
      try {
        return await send(signedOrder);
      } catch (error) {
        if (!(error instanceof RelayerProblemError)) throw error;
        const isTaken = nonceTakenCodes.includes(error.code);
        // A failure of the relayer may have come after it stored the order.
        if (!isTaken && error.status < 500) nonces.release(nonce);
        if (!isTaken || signing >= signingsMax) throw error;
        await nonces.refresh();
      }
    }
  }

  return {
    getSession,
    getLease,
    submitSignedOrder,

    async submitOrder(input, { signal } = {}) {
      const sign = await prepare(input);
      return signAndSend(input.nonce, sign, async (signedOrder) => ({
        ...(await submitSignedOrder(signedOrder, { ...(signal && { signal }) })),
        order: signedOrder.order,
      }));
    },

    async simulateOrder(input, { signal } = {}) {
      const sign = await prepare(input);
      const signedOrder = await sign(input.nonce ?? (await getSession()).nextNonce);
      const body = toSignedOrderJson(signedOrder);
      return parseAnswer(
        await http.request({ method: "POST", path: "/v1/orders/simulate", body, signal }),
        parseSimulation,
      );
    },

    async waitForOrder(orderHash, { timeoutMs: waitMs = 120_000, pollIntervalMs = 500, signal } = {}) {
      const end = Date.now() + waitMs;
      let status = "unknown";
      while (Date.now() < end) {
        try {
          const state = await get(`/v1/orders/${orderHash}`, parseOrderState, signal);
          if (finalStatuses.includes(state.status)) return state;
          ({ status } = state);
        } catch (error) {
          // A relayer that restarts is waited for like a block.
          if (!(error instanceof LatchkeyError) || !error.retryable || signal?.aborted === true) throw error;
        }
        await sleep(Math.min(pollIntervalMs, Math.max(0, end - Date.now())), signal);
      }
      throw new OrderTimeoutError(orderHash, status, waitMs);
    },

    getOrder: (orderHash) => get(`/v1/orders/${orderHash}`, parseOrderState),
    getRemaining: async (sessionId) => (await getSession(sessionId)).remaining,

    async putSession({ session, scopes }) {
      const path = `/v1/sessions/${hashSession(session)}`;
      const body = { session: toSessionJson(session), scopes: scopes.map(toScopeJson) };
      return parseAnswer(await http.request({ method: "PUT", path, body, isSigned: true }), parseSessionState);
    },

    async surrender() {
      if (sessionKey === undefined) throw new LatchkeyError("The client has no sessionKey, so it cannot give it up");
      const { sessionId, session } = await getContent();
      // A surrender is good with any nonce: what it does can be done once.
      const dated = { controlNonce: 0, deadline: Math.floor(Date.now() / 1000) + surrenderSeconds };
      const message = { type: "Surrender", account: session.account, sessionId, ...dated } as const;
      const signature = await sessionKey.signTypedData(toControlTypedData(message, { chainId, manager }));
      const path = `/v1/sessions/${sessionId}/surrender`;
      const body = { ...dated, signature };
      return parseAnswer(await http.request({ method: "POST", path, body, isSigned: true }), parseControlState);
    },

    getControl: (id) => get(`/v1/controls/${id}`, parseControlState),

    async getEvidence(sessionId = ownSessionId(options), { before, limit } = {}) {
      const query = new URLSearchParams({
        ...(before !== undefined && { before: String(before) }),
        ...(limit !== undefined && { limit: String(limit) }),
      }).toString();
      const path = `/v1/sessions/${sessionId}/evidence${query === "" ? "" : `?${query}`}`;
      return parseAnswer(await http.request({ method: "GET", path, isSigned: true }), parseEvidences);
    },

    async release(sessionId = ownSessionId(options)) {
      const path = `/v1/sessions/${sessionId}/release`;
      return parseAnswer(await http.request({ method: "POST", path, isSigned: true }), (json) =>
        readBoolean(readObject(json, "answer")["released"], "released"),
      );
    },

    async putPolicy(policy) {
      const path = `/v1/sessions/${ownSessionId(options)}/policy`;
      return parseAnswer(await http.request({ method: "PUT", path, body: policy, isSigned: true }), parseApiPolicyJson);
    },

    getSessionsOfAccount: (account) => get(`/v1/accounts/${account}/sessions`, parseSessionStates),
    getEventsOfAccount: (account, { limit } = {}) =>
      get(`/v1/accounts/${account}/events${limit === undefined ? "" : `?limit=${limit}`}`, parseRelayerEvents),
    getInfo: () => get("/v1/info", parseRelayerInfo),

    streamEvents({ account, sessionId, orderHash, lastEventId, signal } = {}) {
      const filter = { ...(account && { account }), ...(sessionId && { sessionId }), ...(orderHash && { orderHash }) };
      const query = new URLSearchParams(filter).toString();
      const path = `/v1/events${query === "" ? "" : `?${query}`}`;
      return streamRelayerEvents({ http, path, idleMs: streamIdleMs, retryPolicy, signal, lastEventId });
    },
  };
}

type SessionContent = { sessionId: Hex; session: Session; scopes: readonly Scope[] };

function ownSessionId({ session, sessionId }: LatchkeyClientOptions): Hex {
  if (session !== undefined) return hashSession(session);
  if (sessionId === undefined) throw new LatchkeyError("The client was given neither a session nor a sessionId");
  return sessionId;
}

/** The relayer is not trusted with what a session says: its id and root prove it. */
function checkContent(sessionId: Hex, { session, scopes }: { session: Session; scopes: readonly Scope[] }): void {
  if (hashSession(session) !== sessionId || toScopesRoot(scopes) !== session.scopesRoot) {
    throw new ResponseInvalidError(`The relayer's content of the session ${sessionId} does not hash to it`);
  }
}

function parseAnswer<T>(json: unknown, parse: (json: unknown) => T): T {
  try {
    return parse(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ResponseInvalidError(`The relayer's answer is not what its API promises: ${reason}`, { cause });
  }
}

function toNotAdmitted(
  refusal: { error: string; args: readonly unknown[] } | undefined,
  target: Address,
  callIndex: number,
): OrderNotAdmittedError {
  if (refusal === undefined) {
    const none = { error: "ScopeNotGranted", args: [BigInt(callIndex)] };
    return new OrderNotAdmittedError(`Call number ${callIndex + 1}: the session has no scope for ${target}`, none);
  }
  return new OrderNotAdmittedError(toErrorSentence({ name: refusal.error, args: refusal.args }).sentence, refusal);
}
