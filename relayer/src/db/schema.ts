import type { Generated } from "kysely";

/**
 * Hashes, addresses and bytes are lower-case hex or checksummed addresses as text; amounts and fees decimal strings;
 * times milliseconds, unless they are the chain's (seconds). Every row says which chain it is of.
 */
export type Database = {
  deployments: { chain_id: number; manager: string };
  blocks: { chain_id: number; number: number; hash: string; parent_hash: string; timestamp: number };
  sessions: {
    chain_id: number;
    session_id: string;
    account: string;
    /** Packed. */
    session: string;
    /** JSON list of packed scopes. */
    scopes: string;
    created_at: number;
  };
  events: {
    chain_id: number;
    block_number: number;
    log_index: number;
    block_hash: string;
    /** Of the block, if it was read. */
    timestamp: number | null;
    transaction_hash: string;
    name: string;
    account: string | null;
    session_id: string | null;
    order_hash: string | null;
    /** JSON: the event's arguments. */
    args: string;
    /** Whether its effect on orders has been applied. */
    is_settled: boolean;
    /** Its entry of the audit log. */
    entry_id: Generated<number>;
  };
  orders: {
    chain_id: number;
    order_hash: string;
    /** Order of acceptance. */
    sequence: Generated<number>;
    session_id: string;
    account: string;
    nonce: number;
    deadline: number;
    gas_limit: number;
    /** JSON: the calls, as on the wire. Null once the body is deleted for its age. */
    calls: string | null;
    /** As the contract takes it. Null with `calls`. */
    packed: string | null;
    /** SHA-256 of `packed`, once that is deleted. */
    body_hash: string | null;
    status: OrderStatus;
    /** Whether no other order may have its nonce: in flight, or used on chain. */
    holds_nonce: boolean;
    /** JSON: list of amounts, one a limit. */
    reservations: string;
    /** How often it has been in a transaction. */
    attempts: number;
    /** Not claimed before. */
    not_before: number;
    accepted_at: number;
    transaction_hash: string | null;
    block_number: number | null;
    /** JSON: `{ name, args, sentence }`. */
    reason: string | null;
    /** The only hot wallet that may submit it, if its session names one. */
    wallet: string | null;
    /** What it adds to the gas of its batch, at most. */
    batch_gas: number;
    /** The hot wallet that has claimed it. */
    lane: string | null;
  };
  transactions: {
    chain_id: number;
    hash: string;
    wallet: string;
    nonce: number;
    /** Signed, as it is broadcast. Null once it is deleted for its age. */
    raw: string | null;
    gas: number;
    max_fee_per_gas: string;
    max_priority_fee_per_gas: string;
    /** `replaced` and `pending` ones may still be mined. */
    status: "pending" | "replaced" | "mined" | "dropped";
    created_at: number;
    block_number: number | null;
  };
  /** Hot wallets. Times of leases are the database's, in milliseconds, since instances' clocks differ. */
  lanes: {
    chain_id: number;
    wallet: string;
    /** The instance that works it, until `expires_at`. */
    owner: string | null;
    /** Raised with each change of owner: what a former owner writes is refused. */
    fence: number;
    expires_at: number;
    /** `paused` lanes claim nothing; what they have submitted is followed to its end. */
    mode: "open" | "paused";
    /** Whether the owner has no key of it, and only follows what is under way. */
    is_keyless: Generated<boolean>;
  };
  /** Running relayers. */
  instances: { chain_id: number; instance: string; seen_at: number };
  /** Entries of the audit log that wait for their numbers. */
  audit_unsealed: Omit<Database["audit_entries"], "number">;
  /** What became of orders and what happened on chain, written by the database itself with each change. */
  audit_entries: {
    id: Generated<number>;
    chain_id: number;
    /** The transaction that wrote it: sealed when none that could write an earlier one is under way. */
    xid: Generated<string>;
    at: number;
    /** `order-<status>`; `event-<name>`, one of the manager's; or `undone-<name>`, the same taken back by a reorg. */
    kind: string;
    order_hash: string | null;
    session_id: string | null;
    account: string | null;
    /** SHA-256 of the packed order or of `detail`, so that both may be deleted. */
    body_hash: string;
    transaction_hash: string | null;
    block_number: number | null;
    reason: string | null;
    /** Of an order that was stored before: its status then. */
    previous: string | null;
    /** Of events: JSON of their arguments and place. */
    detail: string | null;
    /** Of an event that is taken back: the id of its entry. */
    undoes: number | null;
    /** Without gaps from 1. */
    number: number;
  };
  /** Sealed entries `first_number` to `last_number`: their hashes chained to the head before, and signed. */
  audit_batches: {
    chain_id: number;
    first_number: number;
    last_number: number;
    head: string;
    signature: string;
    sealed_at: number;
    /** Whether its entries may have details. */
    has_details: Generated<boolean>;
  };
  access_entries: {
    chain_id: number;
    account: string;
    verdict: "allow" | "deny";
    /** Why, in the operator's words. */
    note: string | null;
    changed_at: number;
  };
  auth_nonces: {
    chain_id: number;
    /** SHA-256 of key id and nonce. */
    nonce: string;
    expires_at: number;
  };
  webhooks: {
    chain_id: number;
    id: string;
    account: string;
    /** Of this session only, if it is named. */
    session_id: string | null;
    url: string;
    is_active: boolean;
    /** Of the last entry of the audit log that it has been told of, or of the last that there was when it was made. */
    number: number;
    /** Since the last delivery that went well. */
    failures: number;
    /** HTTP status of the last delivery, or what it failed with. */
    last_status: string | null;
    created_at: number;
  };
  /** Prices that clients have been told. */
  fee_quotes: {
    chain_id: number;
    /** In the smallest unit of the fee's token. */
    per_million_gas: string;
    /** By the database's clock. */
    valid_until: number;
  };
  gas_usage: {
    chain_id: number;
    /** Empty: all accounts together. */
    account: string;
    /** Since the Unix epoch, in UTC. */
    day: number;
    /** That orders stored on the day could use. */
    gas: number;
  };
  transaction_orders: { chain_id: number; transaction_hash: string; position: number; order_hash: string };
  /** Calls of the manager beside orders, which a lane sends in transactions of their own. */
  controls: {
    chain_id: number;
    id: string;
    kind: ControlKind;
    account: string;
    /** Empty: the account as a whole. */
    session_id: string;
    /** Calldata; null: the sentinel signs it when it is sent, with the account's control nonce of then. */
    data: string | null;
    status: ControlStatus;
    attempts: number;
    created_at: number;
    /** The transaction's, as it is known by all its replacements. */
    wallet: string | null;
    nonce: number | null;
    transaction_hash: string | null;
    /** JSON: `{ name, args, sentence }`. */
    reason: string | null;
  };
  /** Of sessions that commit to one, as far as it has been told. */
  api_policies: {
    chain_id: number;
    session_id: string;
    /** JSON, as on the wire. */
    policy: string;
    told_at: number;
  };
  /** What each session key has done so far, as the sentinel sees it. */
  sentinel_histories: { chain_id: number; session_id: string; history: string; updated_at: number };
  /** Sessions whose orders are refused until somebody releases them, or `ends_at`. */
  sentinel_holds: { chain_id: number; session_id: string; evidence_id: number; ends_at: number };
  /** What the sentinel did, and why. */
  sentinel_evidence: {
    id: Generated<number>;
    chain_id: number;
    at: number;
    session_id: string;
    account: string;
    /** Null for what no order caused. */
    order_hash: string | null;
    action: SentinelAction;
    /** The rule that decided. */
    rule: string;
    score: number;
    /** JSON: by name, in nats or counts. */
    features: string;
  };
};

/** Signed by key, account or guardian; by the relayer's own sentinel; or a proof that needs no signature but the order's. */
export type ControlKind = "surrender" | "revoke" | "pause" | "sentinel-suspend" | "sentinel-revoke" | "report-misuse";
export type ControlStatus = "waiting" | "submitted" | "done" | "failed";

/** The ladder from `note` to `revoke`; and what ends a hold. */
export type SentinelAction = "note" | "hold" | "suspend" | "revoke" | "report-misuse" | "release";

export type OrderStatus = "accepted" | "submitted" | "confirmed" | "failed" | "expired" | "cancelled";

/** Statuses of orders that hold budget and may still run. */
export const liveStatuses: readonly OrderStatus[] = ["accepted", "submitted"];
