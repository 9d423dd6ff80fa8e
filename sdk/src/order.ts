import type { Address, Hex } from "viem";

/** One call of an order, as the session key signs it. */
export type Call = {
  target: Address;
  /** Wei. */
  value: bigint;
  data: Hex;
  /** Leaf of the scope that admits the call. */
  scope: Hex;
};

/** What a session key signs (EIP-712). */
export type Order = {
  sessionId: Hex;
  nonce: number;
  /** Seconds since the Unix epoch, inclusive: the last second at which the order may run. */
  deadline: number;
  /** Gas the order's checks and calls are given. */
  gasLimit: number;
  calls: readonly Call[];
};

export type SignedOrder = {
  order: Order;
  /** The session key's: 65 bytes of an EOA's, whatever its verifier takes otherwise; `0x` if the key itself submits. */
  signature: Hex;
  /** `signLease`; for sessions with a `leaseTtl`. */
  lease?: Hex;
  /** `signApproval`; where a limit's `approveAbove` asks for it. */
  approval?: Hex;
};
