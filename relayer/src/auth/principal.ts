import type { Address, Hex } from "viem";

/** A nonce that one signed request carries; good for one request. */
export type RequestNonce = {
  /** Of one key: `<key id>:<nonce>`. */
  key: string;
  /** Seconds since the Unix epoch, after which the signature is no longer taken. */
  expiresAt: number;
};

/** Who a request has proven to come from. */
export type Principal = { nonce: RequestNonce } & (
  | { kind: "address"; address: Address }
  /** X and Y, 64 bytes. */
  | { kind: "p256"; publicKey: Hex }
  /** Whoever was given a credential for the session: its key or owner. */
  | { kind: "credential"; sessionId: Hex; /** Seconds since the Unix epoch, exclusive. */ expiresAt: number }
);
