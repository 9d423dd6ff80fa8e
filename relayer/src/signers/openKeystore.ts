import { createDecipheriv, pbkdf2, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import secp256k1 from "secp256k1";
import { bytesToBigInt, bytesToHex, concatBytes, getAddress, hexToBytes, isAddress, keccak256, type Hex } from "viem";
import { publicKeyToAddress } from "viem/accounts";
import { z } from "zod";
import { SignerError, type DigestSigner } from "./DigestSigner.ts";

const hex = z.string().regex(/^([0-9a-fA-F]{2})+$/);
const keystoreSchema = z.object({
  version: z.literal(3),
  address: z.string().optional(),
  crypto: z.object({
    cipher: z.literal("aes-128-ctr"),
    ciphertext: hex,
    cipherparams: z.object({ iv: hex }),
    mac: hex,
    kdf: z.enum(["scrypt", "pbkdf2"]),
    kdfparams: z.union([
      z.object({ dklen: z.literal(32), salt: hex, n: z.int().max(2 ** 20), r: z.int().max(32), p: z.int().max(16) }),
      z.object({ dklen: z.literal(32), salt: hex, c: z.int().min(1).max(10_000_000), prf: z.literal("hmac-sha256") }),
    ]),
  }),
});
type Keystore = z.infer<typeof keystoreSchema>;

const deriveScrypt = promisify<Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt);
const derivePbkdf2 = promisify(pbkdf2);

/** Opens a Web3 Secret Storage file, version 3, with the password that the first line of another file holds. */
export async function openKeystore({
  path,
  passwordPath,
}: {
  path: string;
  passwordPath: string;
}): Promise<DigestSigner> {
  const keystore = parseKeystore(path, await readText(path));
  const password = Buffer.from(((await readText(passwordPath)).split(/\r?\n/)[0] ?? "").normalize("NFKC"), "utf8");
  return createKeySigner(await decrypt(path, keystore, password), "keystore", keystore.address);
}

/** Signs with a private key that is in memory. */
export function createKeySigner(privateKey: Uint8Array, kind: "key" | "keystore", address?: string): DigestSigner {
  const publicKey = bytesToHex(secp256k1.publicKeyCreate(privateKey, false));
  if (address !== undefined && !isSame(address, publicKey)) {
    throw new SignerError(`The keystore says that its key is of ${address}, which it is not`);
  }
  return {
    kind,
    publicKey,
    async sign(digest) {
      const { signature } = secp256k1.ecdsaSign(hexToBytes(digest), privateKey);
      return { r: bytesToBigInt(signature.slice(0, 32)), s: bytesToBigInt(signature.slice(32)) };
    },
    close: () => Promise.resolve(),
  };
}

function isSame(address: string, publicKey: Hex): boolean {
  const text = address.startsWith("0x") ? address : `0x${address}`;
  return isAddress(text, { strict: false }) && getAddress(text) === publicKeyToAddress(publicKey);
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new SignerError(`The file ${path} cannot be read`, { cause });
  });
}

function parseKeystore(path: string, text: string): Keystore {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SignerError(`The file ${path} is not JSON`, { cause });
  }
  // Old writers say Crypto.
  const fields = typeof json === "object" && json !== null ? { ...json } : {};
  const named = "Crypto" in fields ? { ...fields, crypto: fields.Crypto } : fields;
  const { data, error } = keystoreSchema.safeParse(named);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw new SignerError(`The file ${path} is no keystore of version 3: ${issue?.path.join(".")} ${issue?.message}`);
}

async function decrypt(path: string, { crypto }: Keystore, password: Buffer): Promise<Uint8Array> {
  const { kdfparams, ciphertext, cipherparams, mac } = crypto;
  const salt = Buffer.from(kdfparams.salt, "hex");
  const derived =
    "n" in kdfparams
      ? await deriveScrypt(password, salt, 32, {
          N: kdfparams.n,
          r: kdfparams.r,
          p: kdfparams.p,
          maxmem: 256 * kdfparams.n * kdfparams.r,
        })
      : await derivePbkdf2(password, salt, kdfparams.c, 32, "sha256");
  const encrypted = Buffer.from(ciphertext, "hex");
  const expected = Buffer.from(hexToBytes(keccak256(concatBytes([derived.subarray(16, 32), encrypted]))));
  const given = Buffer.from(mac, "hex");
  if (given.length !== 32 || !timingSafeEqual(given, expected)) {
    throw new SignerError(`The password does not open ${path}`);
  }
  const decipher = createDecipheriv("aes-128-ctr", derived.subarray(0, 16), Buffer.from(cipherparams.iv, "hex"));
  const key = new Uint8Array(Buffer.concat([decipher.update(encrypted), decipher.final()]));
  if (key.length !== 32 || !secp256k1.privateKeyVerify(key)) throw new SignerError(`${path} holds no private key`);
  return key;
}
