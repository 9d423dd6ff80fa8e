import secp256k1 from "secp256k1";
import { bytesToHex, type Hex } from "viem";
import { keccak256 } from "./keccak.ts";

/** In lower case, the address whose key gave `signature` (r and s), if there is one. */
export function recoverAddress(digest: Uint8Array, signature: Uint8Array, recovery: number): Hex | undefined {
  try {
    const publicKey = secp256k1.ecdsaRecover(signature, recovery, digest, false);
    return bytesToHex(keccak256(publicKey.subarray(1)).subarray(12));
  } catch {
    // r or s is out of range, or no point has this r.
    return undefined;
  }
}
