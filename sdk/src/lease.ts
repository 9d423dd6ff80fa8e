import { concatHex, hashTypedData, hexToNumber, size, slice, type Hex } from "viem";
import { isByteHex, toUintBytes } from "./byteWriter.ts";
import { EncodingError, FieldInvalidError } from "./errors.ts";
import { toTypedData, type LatchkeyDomain, type LatchkeyTypedData } from "./typedData.ts";

/** A sentinel's word that a session is healthy: good from `issuedAt`, inclusive, for the session's `leaseTtl` seconds. */
export type Lease = {
  sessionId: Hex;
  /** Seconds since the Unix epoch. */
  issuedAt: number;
};

const types = {
  Lease: [
    { name: "sessionId", type: "bytes32" },
    { name: "issuedAt", type: "uint48" },
  ],
} as const;

export type LeaseTypedData = LatchkeyTypedData<typeof types, "Lease", Lease>;

export function toLeaseTypedData({ sessionId, issuedAt }: Lease, domain: LatchkeyDomain): LeaseTypedData {
  return toTypedData(domain, { types, primaryType: "Lease", message: { sessionId, issuedAt } });
}

/** The EIP-712 digest of a lease, which the sentinel signs. */
export function hashLease(lease: Lease, domain: LatchkeyDomain): Hex {
  return hashTypedData(toLeaseTypedData(lease, domain));
}

/** A lease signed by the sentinel, as an order carries it. */
export async function signLease({
  lease,
  signer,
  chainId,
  manager,
}: {
  lease: Lease;
  /** The sentinel; any viem `LocalAccount` is one. */
  signer: { signTypedData: (typedData: LeaseTypedData) => Promise<Hex> };
} & LatchkeyDomain): Promise<Hex> {
  const signature = await signer.signTypedData(toLeaseTypedData(lease, { chainId, manager }));
  return packLease({ issuedAt: lease.issuedAt, signature });
}

/** `issuedAt` (6 bytes) ‖ signature, as `docs/encoding.md` says. */
export function packLease({ issuedAt, signature }: { issuedAt: number; signature: Hex }): Hex {
  if (!isByteHex(signature)) throw new FieldInvalidError("lease.signature", "is not bytes in hex");
  return concatHex([toUintBytes(issuedAt, 6, "lease.issuedAt"), signature]);
}

/** Throws `EncodingError` on fewer than 6 bytes. */
export function unpackLease(packed: Hex): { issuedAt: number; signature: Hex } {
  if (!isByteHex(packed) || size(packed) < 6) {
    throw new EncodingError(`The lease ${packed} is shorter than its date, which takes 6 bytes`);
  }
  return {
    issuedAt: hexToNumber(slice(packed, 0, 6)),
    signature: size(packed) === 6 ? "0x" : slice(packed, 6),
  };
}
