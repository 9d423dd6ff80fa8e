import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import secp256k1 from "secp256k1";
import type { Address } from "viem";
import { publicKeyToAddress } from "viem/accounts";
import { z } from "zod";

const bodySchema = z.object({
  KeyId: z.string(),
  Message: z.string().optional(),
  MessageType: z.string().optional(),
  SigningAlgorithm: z.string().optional(),
});

export type KmsDouble = {
  url: string;
  keyId: string;
  address: Address;
  fail: (count: number) => void;
  stop: () => void;
};

/**
 * NOT AWS: a double of the two operations of KMS that the relayer uses, GetPublicKey and Sign, as AWS documents them. It
 * signs what it is given, in DER, with s in either half, as KMS does.
 */
export async function startKmsDouble({ keySpec = "ECC_SECG_P256K1" }: { keySpec?: string } = {}): Promise<KmsDouble> {
  const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  let failures = 0;
  const server = createServer((incoming, response) => {
    let text = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.on("end", () => {
      const answer = (status: number, json: object) =>
        response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(json));
      if (!String(incoming.headers.authorization).startsWith("AWS4-HMAC-SHA256 Credential=")) {
        return answer(400, { __type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" });
      }
      if (failures > 0) {
        failures -= 1;
        return answer(500, { __type: "KMSInternalException", message: "An internal error occurred" });
      }
      const body = bodySchema.parse(JSON.parse(text));
      if (body.KeyId !== keyId && body.KeyId !== "alias/lane") {
        return answer(400, { __type: "NotFoundException", message: `Key '${body.KeyId}' does not exist` });
      }
      if (incoming.headers["x-amz-target"] === "TrentService.GetPublicKey") {
        const der = publicKey.export({ format: "der", type: "spki" });
        return answer(200, {
          KeyId: keyId,
          KeySpec: keySpec,
          KeyUsage: "SIGN_VERIFY",
          PublicKey: der.toString("base64"),
        });
      }
      const digest = Buffer.from(body.Message ?? "", "base64");
      if (body.MessageType !== "DIGEST" || body.SigningAlgorithm !== "ECDSA_SHA_256" || digest.length !== 32) {
        return answer(400, { __type: "ValidationException", message: "Digest is invalid length for algorithm" });
      }
      return answer(200, { KeyId: keyId, Signature: signDigest(digest, privateKey).toString("base64") });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The double has no port");
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const point = `${Buffer.from(x, "base64url").toString("hex")}${Buffer.from(y, "base64url").toString("hex")}`;
  return {
    url: `http://127.0.0.1:${address.port}`,
    keyId,
    address: publicKeyToAddress(`0x04${point}`),
    fail: (count) => {
      failures = count;
    },
    stop: () => server.close(),
  };
}

/** In DER, with s in the upper half every other time. */
function signDigest(digest: Buffer, privateKey: KeyObject): Buffer {
  const { d = "" } = privateKey.export({ format: "jwk" });
  const { signature } = secp256k1.ecdsaSign(new Uint8Array(digest), new Uint8Array(Buffer.from(d, "base64url")));
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const r = BigInt(`0x${Buffer.from(signature.slice(0, 32)).toString("hex")}`);
  const s = BigInt(`0x${Buffer.from(signature.slice(32)).toString("hex")}`);
  const integers = [r, (digest[31] ?? 0) % 2 === 0 ? s : order - s].map(toDerInteger);
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

function toDerInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const padded = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
}
