import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import {
  bytesToHex,
  concatHex,
  encodeAbiParameters,
  hexToBytes,
  keccak256,
  numberToHex,
  parseAbiParameters,
  size,
  stringToHex,
  type Hex,
} from "viem";
import { privateKeyToAccount, type PrivateKeyAccount } from "viem/accounts";
import type { Chain } from "../../test/interop/support/chain.ts";
import { signP256, toP256PublicKey } from "./signP256.ts";

/** A session key of any kind: ERC-7913 bytes, and how it signs a digest. */
export type SessionKey = { signer: Hex; sign: (digest: Hex) => Promise<Hex> };

const verifiers = "node_modules/@openzeppelin/contracts/build/contracts";
const tests = "artifacts/contracts/test";
const secret: Hex = `0x${"0a".repeat(32)}`;

/** The nth test key. */
export function createAccountKey(index: number): PrivateKeyAccount {
  return privateKeyToAccount(keccak256(numberToHex(index, { size: 32 })));
}

export function toSessionKey(account: PrivateKeyAccount): SessionKey {
  return { signer: account.address, sign: async (hash) => account.sign({ hash }) };
}

/** Every kind of session key: verifiers and multi-signer are OpenZeppelin's. */
export async function createSessionKeys(chain: Chain) {
  const [first, second] = [createAccountKey(9001), createAccountKey(9002)];
  const erc1271 = await chain.deploy(`${tests}/Erc1271Signer.sol/Erc1271Signer.json`, [first.address]);
  const members = [first, second].map(({ address }) => address);
  const weighted = await chain.deploy(`${tests}/WeightedErc1271Signer.sol/WeightedErc1271Signer.json`, [
    members,
    [1n, 2n],
    3n,
  ]);
  const p256 = await chain.deploy(`${verifiers}/ERC7913P256Verifier.json`);
  const webAuthn = await chain.deploy(`${verifiers}/ERC7913WebAuthnVerifier.json`);
  return {
    secp256k1: toSessionKey(first),
    erc1271: { signer: erc1271, sign: async (hash: Hex) => first.sign({ hash }) },
    p256: { signer: concatHex([p256, toP256PublicKey(secret)]), sign: async (digest: Hex) => signPlain(digest) },
    webAuthn: {
      signer: concatHex([webAuthn, toP256PublicKey(secret)]),
      sign: async (digest: Hex) => signWebAuthn(digest),
    },
    rsa: createRsaKey(await chain.deploy(`${verifiers}/ERC7913RSAVerifier.json`)),
    weighted: { signer: weighted, sign: async (digest: Hex) => signByBoth(digest, [first, second]) },
  } as const satisfies Record<string, SessionKey>;
}

function signPlain(digest: Hex): Hex {
  const { r, s } = signP256(digest, secret);
  return concatHex([r, s]);
}

/** What a passkey answers to the challenge `digest`, present and verified by its user. */
function signWebAuthn(digest: Hex): Hex {
  const challenge = Buffer.from(hexToBytes(digest)).toString("base64url");
  const clientData = `{"type":"webauthn.get","challenge":"${challenge}","origin":"https://example.org","crossOrigin":false}`;
  const authenticatorData = concatHex([sha256(stringToHex("example.org")), "0x05", "0x00000000"]);
  const { r, s } = signP256(sha256(concatHex([authenticatorData, sha256(stringToHex(clientData))])), secret);
  const types = parseAbiParameters("bytes32, bytes32, uint256, uint256, bytes, string");
  const [challengeAt, typeAt] = [clientData.indexOf('"challenge"'), clientData.indexOf('"type"')];
  return encodeAbiParameters(types, [r, s, BigInt(challengeAt), BigInt(typeAt), authenticatorData, clientData]);
}

function sha256(data: Hex): Hex {
  return `0x${createHash("sha256").update(hexToBytes(data)).digest("hex")}`;
}

/** RSA of 2048 bits, PKCS #1 v1.5 with SHA-256. */
function createRsaKey(verifier: Hex): SessionKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { e, n } = publicKey.export({ format: "jwk" });
  if (e === undefined || n === undefined) throw new Error("The key has no exponent or modulus");
  const [exponent, modulus] = [e, n].map((part): Hex => bytesToHex(Buffer.from(part, "base64url")));
  const key = encodeAbiParameters(parseAbiParameters("bytes, bytes"), [exponent ?? "0x", modulus ?? "0x"]);
  return {
    signer: concatHex([verifier, key]),
    sign: async (digest) => bytesToHex(createSign("sha256").update(hexToBytes(digest)).sign(privateKey)),
  };
}

/** OpenZeppelin's multi-signature: who signs, ascending by the hash of their ids, and their signatures. */
async function signByBoth(digest: Hex, accounts: readonly PrivateKeyAccount[]): Promise<Hex> {
  const sorted = accounts.toSorted((a, b) => (keccak256(a.address) < keccak256(b.address) ? -1 : 1));
  const signatures = await Promise.all(sorted.map(async (account) => account.sign({ hash: digest })));
  if (signatures.some((signature) => size(signature) !== 65)) throw new Error("A signature is not 65 bytes");
  const types = parseAbiParameters("bytes[], bytes[]");
  return encodeAbiParameters(types, [sorted.map(({ address }) => address), signatures]);
}
