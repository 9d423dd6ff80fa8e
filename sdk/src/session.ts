import type { Address, Hex } from "viem";

/** In the order of the contract's enum. */
export const accountKinds = ["sessionAccount", "erc7579", "safe"] as const;
/** How the manager reaches the account. */
export type AccountKind = (typeof accountKinds)[number];

/** In the order of the contract's enum. */
export const limitKinds = ["gross", "net", "inventory"] as const;
/** What a limit sums. */
export type LimitKind = (typeof limitKinds)[number];

/** How much of one token may leave the account per period. */
export type Limit = {
  /** ERC-20 address, or `nativeToken`. */
  token: Address;
  /** In the token's smallest unit, inclusive; less than 2^104. */
  amount: bigint;
  /** Seconds; windows count from `validAfter`. 0 = the session's lifetime. */
  period: number;
  /** Spend since the last approved order above which the approver must co-sign. 0 = never. */
  approveAbove: bigint;
  kind: LimitKind;
};

/** Limited authority of one session key over one account. */
export type Session = {
  account: Address;
  accountKind: AccountKind;
  /** ERC-7913: 20 bytes = an address; longer = verifier ‖ key. */
  signer: Hex;
  /** Seconds since the Unix epoch, inclusive. */
  validAfter: number;
  /** Seconds since the Unix epoch, exclusive. */
  validUntil: number;
  /** Nonces are 0 to `maxOrders - 1`. */
  maxOrders: number;
  /** Seconds between two orders. 0 = none. */
  minInterval: number;
  /** The account's epoch at grant. */
  epoch: number;
  /** The only submitter. Zero address = anyone. */
  relayer: Address;
  /** May suspend the session. Zero address = nobody. */
  sentinel: Address;
  sentinelMayRevoke: boolean;
  /** Seconds a sentinel's lease is good for. 0 = no lease is needed. */
  leaseTtl: number;
  /** ERC-7913 co-signer. `0x` = none. */
  approver: Hex;
  revokeOnMisuse: boolean;
  /** Merkle root of the scopes. */
  scopesRoot: Hex;
  /** 32 bytes. */
  salt: Hex;
  limits: readonly Limit[];
};

/** In the order of the contract's enum. */
export const sessionStatuses = [
  "none",
  "active",
  "suspended",
  "revoked",
  "pending",
  "expired",
  "paused",
  "superseded",
  "exhausted",
] as const;
/** What a session is right now. Only `active` ones run orders. */
export type SessionStatus = (typeof sessionStatuses)[number];
