import { size, type Address, type Hex } from "viem";
import { ProblemError } from "../problem.ts";
import { recoverAddress } from "../recoverAddress.ts";

/** Half of the order of secp256k1, inclusive: a greater s is the same signature again, which the contract refuses. */
const sMax = Buffer.from("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0", "hex");

/**
 * Whether `signature` is known to be of `signer` over `digest`. `false` means that only the contract can tell: the key is
 * not an address (ERC-7913), or a contract (ERC-1271). Throws if it is of neither kind and not in the one form the contract
 * takes.
 * @param hasCode Asks the chain whether an address is a contract; asked only when the key did not sign as an address.
 */
export async function checkSignature({
  signer,
  digest,
  signature,
  hasCode,
}: {
  signer: Hex;
  digest: Hex;
  signature: Hex;
  hasCode: (address: Address) => Promise<boolean>;
}): Promise<boolean> {
  if (size(signer) !== 20) return false;
  const fault = findFault(signer, digest, signature);
  if (fault === undefined) return true;
  if (await hasCode(signer)) return false;
  throw invalid(digest, fault);
}

/** Why `signature` is not of the address `signer`. */
function findFault(signer: Hex, digest: Hex, signature: Hex): string | undefined {
  if (size(signature) !== 65) return `it has ${size(signature)} bytes instead of 65`;
  const bytes = Buffer.from(signature.slice(2), "hex");
  const v = bytes[64];
  if (v !== 27 && v !== 28) return `its last byte is ${v} instead of 27 or 28`;
  if (Buffer.compare(bytes.subarray(32, 64), sMax) > 0) return "its s is in the upper half of the range";
  const recovered = recoverAddress(Buffer.from(digest.slice(2), "hex"), bytes.subarray(0, 64), v - 27);
  return recovered === signer.toLowerCase() ? undefined : `it is not of the session key ${signer}`;
}

function invalid(digest: Hex, reason: string): ProblemError {
  return new ProblemError("signature-invalid", `The signature of the order ${digest} is not valid: ${reason}`, {
    rule: { name: "SignatureInvalid", args: [digest], sentence: `The signature is not valid: ${reason}.` },
  });
}
