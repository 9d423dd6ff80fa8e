import type { Address, Hex } from "viem";

/** Raw r and s of a signature by ECDSA on secp256k1. */
export type RawSignature = { r: bigint; s: bigint };

/**
 * Where the key of a hot wallet is kept. It signs 32-byte digests and tells its public key; what Ethereum makes of both is
 * `createHotWallet`'s business.
 */
export type DigestSigner = {
  /** For the log: the kind of place, and nothing secret. */
  kind: "key" | "keystore" | "pkcs11" | "awskms";
  /** 65 bytes, uncompressed. */
  publicKey: Hex;
  /** Rejects with `SignerError` when the place does not answer. */
  sign: (digest: Hex) => Promise<RawSignature>;
  /** Gives the place back. */
  close: () => Promise<void>;
};

/** The place of a key cannot be used; the message says which and why, and holds no secret. */
export class SignerError extends Error {
  override name = "SignerError";
}

/** A hot wallet as the configuration names it. */
export type SignerUri = {
  url: URL;
  /** The address the operator expects. */
  address: Address;
};
