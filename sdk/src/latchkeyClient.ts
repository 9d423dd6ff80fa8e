import type { Address, Hex } from "viem";
import type { ApiPolicy } from "./apiPolicy.ts";
import type { AccountCall } from "./encodeCalls.ts";
import type { Evidence } from "./evidence.ts";
import type { Order, SignedOrder } from "./order.ts";
import type {
  ControlState,
  IssuedLease,
  LimitRemaining,
  OrderState,
  RelayerEvent,
  RelayerInfo,
  SessionState,
} from "./relayerResponses.ts";
import type { RetryPolicy } from "./retry.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";
import type { OrderSigner } from "./signOrder.ts";

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
