import { createECDH } from "node:crypto";
import { bytesToHex, concatHex, hexToBigInt, keccak256, numberToHex, type Hex } from "viem";

/** The order of the curve's group (SEC 2, secp256r1). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function toPublicKey(secret: Hex): { x: Hex; y: Hex } {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(secret.slice(2), "hex");
  const key = curve.getPublicKey();
  return { x: bytesToHex(key.subarray(1, 33)), y: bytesToHex(key.subarray(33)) };
}

/** `qx ‖ qy`. */
export function toP256PublicKey(secret: Hex): Hex {
  const { x, y } = toPublicKey(secret);
  return concatHex([x, y]);
}

/**
 * ECDSA over P-256 of a digest as it is, which node:crypto offers for messages only. The one-time secret is a hash of key
 * and digest, so signatures repeat; fit for test keys only, since not of constant time.
 */
export function signP256(digest: Hex, secret: Hex): { r: Hex; s: Hex } {
  const once = hexToBigInt(keccak256(concatHex([secret, digest]))) % order;
  const r = hexToBigInt(toPublicKey(numberToHex(once, { size: 32 })).x) % order;
  const s = (invert(once) * (hexToBigInt(digest) + r * hexToBigInt(secret))) % order;
  // The one form that verifiers accept.
  const low = s > order / 2n ? order - s : s;
  return { r: numberToHex(r, { size: 32 }), s: numberToHex(low, { size: 32 }) };
}

/** By Fermat: the order is prime. */
function invert(value: bigint): bigint {
  let result = 1n;
  let base = value % order;
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % order;
    base = (base * base) % order;
  }
  return result;
}
