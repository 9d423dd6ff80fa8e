import { concatHex, keccak256, numberToHex, slice, stringToHex, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount, sign } from "viem/accounts";
import { expect, test } from "vitest";
import { checkSignature } from "../src/admission/checkSignature.ts";
import { ProblemError } from "../src/problem.ts";

const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const privateKey = generatePrivateKey();
const signer = privateKeyToAccount(privateKey).address;
const digest = keccak256(stringToHex("an order"));
const signature = await sign({ hash: digest, privateKey, to: "hex" });
const [r, s, v] = [slice(signature, 0, 32), slice(signature, 32, 64), slice(signature, 64)];

async function findRefusal(changed: Hex, of: { signer?: Hex; digest?: Hex } = {}): Promise<string | undefined> {
  try {
    const hasCode = (): Promise<boolean> => Promise.resolve(false);
    expect(await checkSignature({ signer, digest, signature: changed, hasCode, ...of })).toBe(true);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.code === "signature-invalid") return error.message;
    throw error;
  }
}

test("takes the key's own signature, however the address is written", async () => {
  expect(await findRefusal(signature)).toBeUndefined();
  expect(await findRefusal(signature, { signer: signer.toLowerCase() as Hex })).toBeUndefined();
});

test("agrees with viem on many random keys", async () => {
  for (let count = 0; count < 50; count += 1) {
    const key = generatePrivateKey();
    const hash = keccak256(key);
    const signed = await sign({ hash, privateKey: key, to: "hex" });
    expect(await findRefusal(signed, { signer: privateKeyToAccount(key).address, digest: hash })).toBeUndefined();
  }
});

const highS = concatHex([r, numberToHex(curveOrder - BigInt(s), { size: 32 }), v === "0x1b" ? "0x1c" : "0x1b"]);
const cases: [string, Hex, RegExp][] = [
  ["nothing", "0x", /0 bytes/],
  ["64 bytes, as of ERC-2098", concatHex([r, s]), /64 bytes/],
  ["66 bytes", concatHex([signature, "0x00"]), /66 bytes/],
  ["a high s", highS, /upper half/],
  ["a v of 0", concatHex([r, s, "0x00"]), /27 or 28/],
  ["the other v", concatHex([r, s, v === "0x1b" ? "0x1c" : "0x1b"]), /not of the session key/],
  ["zeros", concatHex([numberToHex(0, { size: 64 }), "0x1b"]), /not of the session key/],
  ["an r beyond the field", concatHex([numberToHex(2n ** 256n - 1n), s, v]), /not of the session key/],
];

test.each(cases)("refuses %s", async (_, changed, reason) => {
  expect(await findRefusal(changed)).toMatch(reason);
});

test("refuses another key's signature, and one over another digest", async () => {
  expect(await findRefusal(signature, { signer: privateKeyToAccount(generatePrivateKey()).address })).toBeDefined();
  expect(await findRefusal(signature, { digest: keccak256(digest) })).toBeDefined();
});

test("leaves a key that is a contract, and one that is no address, to the contract", async () => {
  const hasCode = (): Promise<boolean> => Promise.resolve(true);
  expect(await checkSignature({ signer, digest, signature: "0x1234", hasCode })).toBe(false);
  expect(await checkSignature({ signer: `${signer}aa`, digest, signature: "0x", hasCode })).toBe(false);
});
