import { createHash, createHmac, randomBytes, sign, type KeyObject } from "node:crypto";
import { httpbis } from "http-message-signatures";

export type KeyedSigner = { keyId: string; alg: string; sign: (base: Buffer) => Buffer };

export function createHmacSigner(keyId: string, secret: Buffer): KeyedSigner {
  return { keyId, alg: "hmac-sha256", sign: (base) => createHmac("sha256", secret).update(base).digest() };
}

/** The key id says X and Y. */
export function createP256Signer(
  privateKey: KeyObject,
  publicKey: KeyObject,
): KeyedSigner & { publicKey: `0x${string}` } {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]).toString("hex");
  return {
    keyId: `p256:0x${point}`,
    publicKey: `0x${point}`,
    alg: "ecdsa-p256-sha256",
    sign: (base) => sign("sha256", base, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  };
}

export type KeyedOptions = {
  method?: string;
  body?: string;
  fields?: string[];
  params?: string[];
  created?: Date;
  expires?: Date;
  nonce?: string;
};

/** Headers of a signature as of RFC 9421, by an implementation of its own library. */
export async function signKeyed(
  signer: KeyedSigner,
  url: string,
  options: KeyedOptions = {},
): Promise<Record<string, string>> {
  const { method = "GET", body, created = new Date(), nonce = randomBytes(16).toString("base64url") } = options;
  const { expires = new Date(created.getTime() + 60_000) } = options;
  const digest = body === undefined ? undefined : createHash("sha256").update(body).digest("base64");
  const headers = {
    ...(body !== undefined && { "content-type": "application/json" }),
    ...(digest !== undefined && { "content-digest": `sha-256=:${digest}:` }),
  };
  const query = new URL(url).search === "" ? [] : ["@query"];
  const signed = await httpbis.signMessage(
    {
      key: { id: signer.keyId, alg: signer.alg, sign: async (base) => signer.sign(base) },
      name: "sig",
      fields: options.fields ?? [
        "@method",
        "@authority",
        "@path",
        ...query,
        ...(digest === undefined ? [] : ["content-digest"]),
      ],
      params: options.params ?? ["created", "expires", "nonce", "keyid", "alg"],
      paramValues: { created, expires, nonce },
    },
    { method, url, headers },
  );
  return Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]));
}
