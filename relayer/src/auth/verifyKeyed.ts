import { createHash, createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from "node:crypto";
import { httpbis } from "http-message-signatures";
import { parseDictionary } from "structured-headers";
import { hexToBytes, type Hex } from "viem";
import type { Db } from "../db/chainRows.ts";
import { ProblemError } from "../problem.ts";
import { clockSkewSeconds, isRequestNonceUsed, toReplayed } from "./requestNonces.ts";
import type { RequestNonce } from "./principal.ts";
import { validityMaxSeconds, type SignedRequest } from "./signedRequest.ts";

/** How one algorithm of RFC 9421 checks a signature over the signature base. */
export type KeyedAlgorithm = {
  name: "hmac-sha256" | "ecdsa-p256-sha256";
  verify: (base: Buffer, signature: Buffer) => boolean;
};

export function createHmacAlgorithm(secret: Buffer): KeyedAlgorithm {
  return {
    name: "hmac-sha256",
    verify: (base, signature) => {
      const expected = createHmac("sha256", secret).update(base).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  };
}

/** For X and Y of a public key on P-256. Throws `authentication-invalid` if that is no point of the curve. */
export function createP256Algorithm(publicKey: Hex): KeyedAlgorithm {
  const key = toKeyObject(publicKey);
  return {
    name: "ecdsa-p256-sha256",
    // RFC 9421 §3.3.4: r and s side by side.
    verify: (base, signature) =>
      signature.length === 64 && verify("sha256", base, { key, dsaEncoding: "ieee-p1363" }, signature),
  };
}

function toKeyObject(publicKey: Hex): KeyObject {
  const bytes = Buffer.from(hexToBytes(publicKey));
  const [x, y] = [bytes.subarray(0, 32).toString("base64url"), bytes.subarray(32).toString("base64url")];
  try {
    return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x, y } });
  } catch (cause) {
    throw new ProblemError("authentication-invalid", "The keyid is not a point of the curve P-256", { cause });
  }
}

/**
 * Checks a signature of RFC 9421 that covers method, host, path, query and body, is fresh and carries a nonce. The nonce is
 * looked up and not used up. Throws `authentication-invalid` or `request-replayed`.
 */
export async function verifyKeyed(
  { db, chainId }: { db: Db; chainId: number },
  request: SignedRequest,
  algorithm: KeyedAlgorithm,
): Promise<RequestNonce> {
  const { method, url, headers, body, keyId } = request;
  const requiredFields = ["@method", "@authority", "@path"];
  if (url.search !== "") requiredFields.push("@query");
  if (body !== undefined && body.length > 0) {
    requiredFields.push("content-digest");
    checkDigest(headers["content-digest"], body);
  }
  let parameters: Readonly<Record<string, unknown>> = {};
  const isValid = await httpbis
    .verifyMessage(
      {
        keyLookup: async (given) => {
          parameters = given;
          return {
            id: keyId,
            algs: [algorithm.name],
            verify: async (base, signature) => algorithm.verify(base, signature),
          };
        },
        requiredFields,
        requiredParams: ["created", "expires", "nonce", "keyid", "alg"],
        notAfter: Math.floor(Date.now() / 1000),
        tolerance: clockSkewSeconds,
      },
      { method, url, headers },
    )
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : "it could not be read";
      throw new ProblemError(
        "authentication-invalid",
        `The signature is not taken: ${reason}. It must be ${algorithm.name} over ${requiredFields.join(", ")} with created, expires, nonce, keyid and alg`,
        { cause },
      );
    });
  if (isValid !== true) throw new ProblemError("authentication-invalid", "The signature is not of the key it names");
  const { created, expires, nonce } = parameters;
  const createdAt = created instanceof Date ? created.getTime() / 1000 : Number.NaN;
  if (typeof expires !== "number" || typeof nonce !== "string" || nonce === "" || Number.isNaN(createdAt)) {
    throw new ProblemError("authentication-invalid", "created, expires and nonce are not two times and a text");
  }
  if (expires - createdAt > validityMaxSeconds) {
    throw new ProblemError(
      "authentication-invalid",
      `The signature is good for ${expires - createdAt} s; ${validityMaxSeconds} s is the most`,
    );
  }
  const used = { key: `${keyId}:${nonce}`, expiresAt: expires };
  if (await isRequestNonceUsed(db, chainId, used.key)) throw toReplayed();
  return used;
}

/** RFC 9530, by SHA-256. */
function checkDigest(header: string | undefined, body: Buffer): void {
  const given = header === undefined ? undefined : parseDigest(header);
  if (given === undefined) {
    throw new ProblemError("authentication-invalid", "A body needs a Content-Digest with sha-256");
  }
  if (!createHash("sha256").update(body).digest().equals(given)) {
    throw new ProblemError("authentication-invalid", "The body is not that of Content-Digest");
  }
}

function parseDigest(header: string): Buffer | undefined {
  try {
    const [value] = parseDictionary(header).get("sha-256") ?? [];
    return value instanceof ArrayBuffer ? Buffer.from(value) : undefined;
  } catch {
    // Not a dictionary: the same as no digest.
    return undefined;
  }
}
