import { createPublicKey } from "node:crypto";
import { bytesToHex, hexToBytes, type Hex } from "viem";
import { parseDerSignature } from "./derSignature.ts";
import { SignerError, type DigestSigner } from "./DigestSigner.ts";

type Options = {
  /** Key id, ARN, or `alias/…`. */
  keyId: string;
  region: string;
  /** Another than AWS's own, such as a VPC endpoint. */
  endpoint: string | undefined;
};

/**
 * Signs with a key of the kind `ECC_SECG_P256K1` in AWS KMS; the key never leaves it. Credentials are found where AWS's
 * SDK looks for them: the instance's role, the environment, or the shared files.
 */
export async function openAwsKms({ keyId, region, endpoint }: Options): Promise<DigestSigner> {
  // Loaded only by those who use it: it is large.
  const { GetPublicKeyCommand, KMSClient, SignCommand } = await import("@aws-sdk/client-kms");
  const client = new KMSClient({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000 },
    ...(endpoint !== undefined && { endpoint }),
  });
  const ask = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new SignerError(`KMS ${what}: ${cause instanceof Error ? `${cause.name}, ${cause.message}` : "unknown"}`, {
        cause,
      });
    }
  };
  const described = await ask("did not tell its public key", () =>
    client.send(new GetPublicKeyCommand({ KeyId: keyId })),
  );
  const { KeySpec, KeyUsage, PublicKey } = described;
  if (KeySpec !== "ECC_SECG_P256K1" || KeyUsage !== "SIGN_VERIFY" || PublicKey === undefined) {
    throw new SignerError(`The KMS key ${keyId} is ${KeySpec} for ${KeyUsage}, not ECC_SECG_P256K1 for SIGN_VERIFY`);
  }
  return {
    kind: "awskms",
    publicKey: toPoint(PublicKey),
    async sign(digest) {
      const { Signature } = await ask("did not sign", () =>
        client.send(
          new SignCommand({
            KeyId: keyId,
            Message: hexToBytes(digest),
            MessageType: "DIGEST",
            SigningAlgorithm: "ECDSA_SHA_256",
          }),
        ),
      );
      if (Signature === undefined) throw new SignerError("KMS answered without a signature");
      return parseDerSignature(Signature);
    },
    close: async () => client.destroy(),
  };
}

/** The uncompressed point of a public key in SPKI. */
function toPoint(spki: Uint8Array): Hex {
  const { x = "", y = "" } = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }).export({
    format: "jwk",
  });
  const [left, right] = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
  return bytesToHex(Buffer.concat([Buffer.from([4]), left, right]));
}
