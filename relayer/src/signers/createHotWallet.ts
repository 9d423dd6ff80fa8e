import secp256k1 from "secp256k1";
import {
  bytesToHex,
  concatHex,
  hashMessage,
  hexToBytes,
  numberToHex,
  serializeSignature,
  type Address,
  type Hex,
  type Signature,
  type SignableMessage,
} from "viem";
import { publicKeyToAddress } from "viem/accounts";
import { keccak256 } from "../keccak.ts";
import { SignerError, type DigestSigner, type RawSignature } from "./DigestSigner.ts";
import { serializeEip1559, type Eip1559 } from "./serializeEip1559.ts";

export type HotWallet = {
  address: Address;
  /** The signed transaction, as nodes take it. */
  signTransaction: (transaction: Eip1559) => Promise<Hex>;
  /** By EIP-191. */
  signMessage: ({ message }: { message: SignableMessage }) => Promise<Hex>;
};

const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * The wallet of a key that is kept elsewhere. Its address is derived from the public key, and every signature is checked
 * against it before anyone sees it. Throws `SignerError` if the address is not the one expected.
 */
export function createHotWallet(signer: DigestSigner, expected: Address): HotWallet {
  const address = publicKeyToAddress(signer.publicKey);
  if (address !== expected) {
    throw new SignerError(`The ${signer.kind} key is of ${address}, but the configuration names ${expected}`);
  }
  const sign = async (digest: Hex): Promise<Signature & { yParity: number }> =>
    toSignature(await signer.sign(digest), { digest, publicKey: signer.publicKey });
  return {
    address,
    signTransaction: async (transaction) => {
      const signature = await sign(bytesToHex(keccak256(serializeEip1559(transaction))));
      // By Node's own conversion: transactions are long.
      return `0x${serializeEip1559(transaction, signature).toString("hex")}`;
    },
    // The heads of the audit log.
    signMessage: async ({ message }) => serializeSignature(await sign(hashMessage(message))),
  };
}

/** In the form Ethereum takes: the lower of the two values of s (EIP-2), and the parity that recovers to the key. */
export function toSignature(
  { r, s }: RawSignature,
  { digest, publicKey }: { digest: Hex; publicKey: Hex },
): Signature & { yParity: number } {
  const low = s > curveOrder / 2n ? curveOrder - s : s;
  const compact = hexToBytes(concatHex([numberToHex(r, { size: 32 }), numberToHex(low, { size: 32 })]));
  for (const yParity of [0, 1]) {
    if (recover(compact, yParity, digest) === publicKey) {
      return { r: numberToHex(r, { size: 32 }), s: numberToHex(low, { size: 32 }), yParity };
    }
  }
  throw new SignerError("The place of the hot wallet's key gave a signature that is not of its key");
}

function recover(compact: Uint8Array, parity: number, digest: Hex): Hex | undefined {
  try {
    return bytesToHex(secp256k1.ecdsaRecover(compact, parity, hexToBytes(digest), false));
  } catch {
    // No point has this r with this parity.
    return undefined;
  }
}
