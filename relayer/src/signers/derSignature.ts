import { SignerError, type RawSignature } from "./DigestSigner.ts";

/** r and s of a signature in DER (RFC 3279 §2.2.3). Throws `SignerError` for anything else. */
export function parseDerSignature(der: Uint8Array): RawSignature {
  const [tag, length] = der;
  if (tag !== 0x30 || length !== der.length - 2) throw invalid();
  const r = readInteger(der, 2);
  const s = readInteger(der, r.end);
  if (s.end !== der.length) throw invalid();
  return { r: r.value, s: s.value };
}

function readInteger(der: Uint8Array, at: number): { value: bigint; end: number } {
  const [tag, length] = der.subarray(at, at + 2);
  const end = at + 2 + (length ?? 0);
  if (tag !== 0x02 || length === undefined || length === 0 || length > 33 || end > der.length) throw invalid();
  return { value: BigInt(`0x${Buffer.from(der.subarray(at + 2, end)).toString("hex")}`), end };
}

function invalid(): SignerError {
  return new SignerError("The signature is not in DER");
}
