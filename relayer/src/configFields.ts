import ipaddr from "ipaddr.js";
import { getAddress, isAddress, isHex, type Address, type Hex } from "viem";
import { z } from "zod";
import type { SignerUri } from "./signers/DigestSigner.ts";

/** Forms that variables of the environment take. Errors complete the sentence "<NAME> …" and never show the value. */

export const address = () =>
  z
    .string({ error: "is missing" })
    .refine((text) => isAddress(text, { strict: false }), { error: "is not an address" })
    .transform((text): Address => getAddress(text));

export const url = (protocols: readonly string[]) =>
  z.string({ error: "is missing" }).refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `is not a URL of ${protocols.join(" or ")}`,
  });

export const urls = (protocols: readonly string[]) =>
  list().refine(
    (entries) => entries.every((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol)),
    {
      error: `is not a list of URLs of ${protocols.join(" or ")}, separated by commas`,
    },
  );

/** Whole numbers from `min` to `max`, both included. */
export const whole = (min: number, max: number) =>
  z
    .string({ error: "is missing" })
    .refine((text) => /^\d{1,16}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `is not a whole number from ${min} to ${max}`,
    })
    .transform(Number);

/** An amount in a token's smallest unit. */
export const amount = () =>
  z
    .string({ error: "is missing" })
    .regex(/^\d{1,38}$/, { error: "is not a whole number" })
    .transform(BigInt);

export const fraction = () =>
  z
    .string({ error: "is missing" })
    .refine((text) => /^(0(\.\d+)?|1(\.0+)?)$/.test(text), { error: "is not a number from 0 to 1" })
    .transform(Number);

const list = () =>
  z.string().transform((text) =>
    text
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ""),
  );

export const addresses = () =>
  list()
    .refine((entries) => entries.every((entry) => isAddress(entry, { strict: false })), {
      error: "is not a list of addresses, separated by commas",
    })
    .transform((entries) => entries.map((entry) => getAddress(entry)));

export const origins = () =>
  list().refine((entries) => entries.every((entry) => entry === "*" || isOrigin(entry)), {
    error: "is not a list of origins such as https://app.example, separated by commas",
  });

const namedNetworks: readonly string[] = ["loopback", "linklocal", "uniquelocal"];

/** Proxies, as `@fastify/proxy-addr` takes them. */
export const proxies = () =>
  list().refine(
    (entries) =>
      entries.every((entry) => namedNetworks.includes(entry) || ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry)),
    { error: "is not a list of addresses or networks such as 10.0.0.0/8, or loopback, linklocal or uniquelocal" },
  );

export const networks = () =>
  list().refine((entries) => entries.every((entry) => ipaddr.isValidCIDR(entry)), {
    error: "is not a list of networks such as 10.1.0.0/16, separated by commas",
  });

const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const isPrivateKey = (text: string): text is Hex =>
  isHex(text) && text.length === 66 && BigInt(text) > 0n && BigInt(text) < curveOrder;

/** Private keys on secp256k1, separated by commas. */
export const privateKeys = () =>
  z
    .string({ error: "is missing" })
    .transform((text) => text.split(",").map((entry) => entry.trim()))
    .refine((keys) => keys.every(isPrivateKey), { error: "is not a private key: 32 bytes in hex" })
    .refine((keys) => new Set(keys.map((key) => key.toLowerCase())).size === keys.length, {
      error: "has the same private key twice",
    })
    .transform((keys) => keys.filter(isPrivateKey));

const signerForms: Readonly<Record<string, (url: URL) => boolean>> = {
  "keystore:": ({ pathname, searchParams }) => pathname !== "" && searchParams.has("password-file"),
  "pkcs11:": ({ pathname, searchParams }) =>
    /(^|;)token=[^;]/.test(pathname) &&
    /(^|;)object=[^;]/.test(pathname) &&
    searchParams.has("module-path") &&
    searchParams.has("pin-source"),
  "awskms:": ({ pathname, searchParams }) => /^\/+[^/]/.test(pathname) && searchParams.has("region"),
};

function isSignerUri(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const parsed = new URL(text);
  return signerForms[parsed.protocol]?.(parsed) === true && isAddress(parsed.hash.slice(1), { strict: false });
}

/** Keys that are kept elsewhere, separated by spaces, each with the address it must have. */
export const signerUris = () =>
  z
    .string()
    .transform((text) => text.split(/\s+/).filter((entry) => entry !== ""))
    .refine((entries) => entries.every(isSignerUri), {
      error:
        "is not a list of keystore:<path>?password-file=<path>#<address>, pkcs11:token=<label>;object=<label>?module-path=<path>&pin-source=file:<path>#<address> and awskms:///<key>?region=<region>#<address>, separated by spaces",
    })
    .transform((entries) =>
      entries.map((entry): SignerUri => {
        const parsed = new URL(entry);
        return { url: parsed, address: getAddress(parsed.hash.slice(1)) };
      }),
    );

/** A secret of the operator's: 32 random bytes in hex. */
export const secret = () =>
  z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/, { error: "is not 32 bytes in hex: make one with `openssl rand -hex 32` and a 0x" })
    .transform((text) => text.toLowerCase() as Hex);

export const token = () =>
  z.string().regex(/^[\x21-\x7e]{16,}$/, { error: "is not at least 16 printable characters without spaces" });

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
