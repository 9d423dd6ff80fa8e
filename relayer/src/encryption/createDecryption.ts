import { createHash, createPrivateKey, createPublicKey, type webcrypto } from "node:crypto";
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { bytesToHex, hexToBytes, type Hex } from "viem";
import { ProblemError } from "../problem.ts";

declare global {
  /** The library's types speak of it as browsers have it. */
  type CryptoKey = webcrypto.CryptoKey;
}

export type Decryption = Awaited<ReturnType<typeof createDecryption>>;

/** What a client encrypts with: RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
export type EncryptionKey = { keyId: string; publicKey: Hex; kemId: 0x20; kdfId: 0x01; aeadId: 0x02; info: string };

export type EncryptedBody = { keyId: string; enc: Hex; ciphertext: Hex };

/** Opens request bodies that only this relayer may read. `undefined` if it has no key for that. */
export async function createDecryption(config: { encryptionKey: Hex | undefined; chainId: number; manager: string }) {
  const { encryptionKey, chainId, manager } = config;
  if (encryptionKey === undefined) return undefined;
  const kem = new DhkemX25519HkdfSha256();
  const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const privateKey = await kem.importKey("raw", toArrayBuffer(encryptionKey), false);
  const publicKey = derivePublicKey(encryptionKey);
  const keyId = createHash("sha256").update(hexToBytes(publicKey)).digest("hex").slice(0, 16);
  // A body for one chain's relayer says nothing to another's.
  const info = `latchkey relayer body v1|${chainId}|${manager.toLowerCase()}`;

  return {
    key: { keyId, publicKey, kemId: 0x20, kdfId: 0x01, aeadId: 0x02, info } satisfies EncryptionKey,

    /** The body in the clear. `aad` is what it was encrypted for: the method and path. Throws `encryption-invalid`. */
    async open({ keyId: usedKeyId, enc, ciphertext }: EncryptedBody, aad: string): Promise<Buffer> {
      if (usedKeyId !== keyId) {
        throw new ProblemError(
          "encryption-invalid",
          `The body is encrypted for the key ${usedKeyId}; this relayer's is ${keyId}, see GET /v1/encryption-key`,
        );
      }
      try {
        const context = await suite.createRecipientContext({
          recipientKey: privateKey,
          enc: toArrayBuffer(enc),
          info: toBytes(info),
        });
        return Buffer.from(await context.open(toArrayBuffer(ciphertext), toBytes(aad)));
      } catch (cause) {
        throw new ProblemError("encryption-invalid", "The body cannot be decrypted with this relayer's key", { cause });
      }
    },
  };
}

/** Of an X25519 private key: its product with the base point. */
function derivePublicKey(privateKey: Hex): Hex {
  // PKCS#8 of X25519 (RFC 8410).
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), hexToBytes(privateKey)]);
  const spki = createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })).export({
    format: "der",
    type: "spki",
  });
  return bytesToHex(spki.subarray(-32));
}

const toBytes = (text: string): ArrayBuffer => new Uint8Array(Buffer.from(text, "utf8")).buffer;
const toArrayBuffer = (hex: Hex): ArrayBuffer => new Uint8Array(hexToBytes(hex)).buffer;
