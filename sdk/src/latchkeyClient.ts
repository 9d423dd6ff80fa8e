import type { Address, Hex } from "viem";
import type { AccountCall } from "./encodeCalls.ts";
import type { Order, SignedOrder } from "./order.ts";
import type { ChainEvent, LimitRemaining, OrderState, RelayerInfo, SessionState } from "./relayerResponses.ts";
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
  /** Of the session's sentinel, from `signLease`; for sessions with a `leaseTtl`, unless the relayer adds it. */
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
  getSessionsOfAccount: (account: Address) => Promise<SessionState[]>;
  /** What happened to an account and its sessions on chain, newest first. */
  getEventsOfAccount: (account: Address, options?: { limit?: number }) => Promise<ChainEvent[]>;
  getInfo: () => Promise<RelayerInfo>;
  /** What happens on chain, as it happens, until `signal` aborts. Reconnects by itself. */
  streamEvents: (options?: {
    account?: Address;
    sessionId?: Hex;
    lastEventId?: string;
    signal?: AbortSignal;
  }) => AsyncGenerator<ChainEvent, void, undefined>;
};
