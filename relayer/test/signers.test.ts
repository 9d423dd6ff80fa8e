import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  parseEther,
  recoverAddress,
  recoverMessageAddress,
  recoverTransactionAddress,
  type Address,
  type Hex,
} from "viem";
import { generatePrivateKey, privateKeyToAccount, publicKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHotWallet, type HotWallet } from "../src/signers/createHotWallet.ts";
import { parseDerSignature } from "../src/signers/derSignature.ts";
import { SignerError, type DigestSigner } from "../src/signers/DigestSigner.ts";
import { openAwsKms } from "../src/signers/openAwsKms.ts";
import { openKeystore } from "../src/signers/openKeystore.ts";
import { openSentinelKey } from "../src/signers/openSentinelKey.ts";
import { openPkcs11 } from "../src/signers/openPkcs11.ts";
import { post, waitForOrder, waitForSession } from "./support/api.ts";
import { createSoftHsm, hasSoftHsm, p256, type SoftHsm } from "./support/createSoftHsm.ts";
import { createWorld, type World } from "./support/createWorld.ts";
import { quietLog } from "./support/quietLog.ts";
import { runToEnd, startRelayer, type RelayerEnv } from "./support/runRelayer.ts";
import { startKmsDouble, type KmsDouble } from "./support/startKmsDouble.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-signers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeFile(name: string, content: string | object): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const toAddress = ({ publicKey }: DigestSigner): Address => publicKeyToAddress(publicKey);

const transaction = (nonce: number) => ({
  chainId: 31_337,
  to: "0x000000000000000000000000000000000000bEEF" as const,
  value: 0n,
  data: "0x1234" as const,
  gas: 21_000n,
  nonce,
  maxFeePerGas: 2n,
  maxPriorityFeePerGas: 1n,
});

/** Many, since every other signature of a key has its s in the upper half, and either parity is as likely. */
async function findSigners(account: HotWallet): Promise<Address[]> {
  const signed = await Promise.all(
    Array.from({ length: 16 }, (_, nonce) => account.signTransaction(transaction(nonce))),
  );
  const signers = await Promise.all(
    signed.map((serializedTransaction) =>
      recoverTransactionAddress({ serializedTransaction: serializedTransaction as `0x02${string}` }),
    ),
  );
  const signature = await account.signMessage({ message: "a head of the audit log" });
  return [...new Set([...signers, await recoverMessageAddress({ message: "a head of the audit log", signature })])];
}

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "",
    (error: unknown) => {
      expect(error).toBeInstanceOf(SignerError);
      return error instanceof Error ? error.message : "";
    },
  );

// --- Keystore: the key and password of the Web3 Secret Storage Definition's vectors

const secret: Hex = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
const withPbkdf2 = {
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
    ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    kdf: "pbkdf2",
    kdfparams: {
      c: 262_144,
      dklen: 32,
      prf: "hmac-sha256",
      salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
    },
    mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
  },
  id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  version: 3,
};
/** Of the same key, as ethers writes it: the definition's own has parameters that RFC 7914 forbids. */
const withScrypt = {
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "4a021f22c0aed32659c0f24ca2def446" },
    ciphertext: "61a9337b041bf1ea8cbca6fe204253c9aba7ecb042c6abbc75e302b3267db330",
    kdf: "scrypt",
    kdfparams: {
      dklen: 32,
      n: 4096,
      r: 8,
      p: 1,
      salt: "d0f6c83076908259db63e94fae0b804132c14eca7a7b82ad5f8aa7a4b4b82928",
    },
    mac: "42a198523fad0af220817d6f18d5a89c464e14e077f41b20bb6993e233168f4e",
  },
  version: 3,
};
const { address: keystoreAddress } = privateKeyToAccount(secret);

describe("an encrypted keystore", () => {
  const passwordPath = writeFile("password", "testpassword\n");

  test.each([
    ["pbkdf2", withPbkdf2],
    ["scrypt", withScrypt],
    ["an address", { ...withPbkdf2, address: keystoreAddress.slice(2).toLowerCase() }],
    ["the field named as old writers do", { Crypto: withPbkdf2.crypto, version: 3 }],
  ])("is opened with %s", async (name, keystore) => {
    const signer = await openKeystore({ path: writeFile(`${name}.json`, keystore), passwordPath });
    expect(toAddress(signer)).toBe(keystoreAddress);
    expect(await findSigners(createHotWallet(signer, keystoreAddress))).toEqual([keystoreAddress]);
  });

  test.each<[string, object | string, string?]>([
    ["with another password", withPbkdf2, "wrong\n"],
    ["that was changed", { ...withPbkdf2, crypto: { ...withPbkdf2.crypto, ciphertext: "00".repeat(32) } }],
    ["of version 1", { ...withPbkdf2, version: 1 }],
    ["that is no JSON", "keystore"],
    ["that names another address", { ...withPbkdf2, address: "00".repeat(20) }],
  ])("is refused %s", async (name, keystore, password) => {
    const path = writeFile(`${name}.json`, keystore);
    const own = password === undefined ? passwordPath : writeFile("other-password", password);
    expect(await refusal(openKeystore({ path, passwordPath: own }))).toMatch(/keystore|password|JSON|key is of/);
  });

  test("is refused if it is not there", async () => {
    expect(await refusal(openKeystore({ path: join(folder, "none"), passwordPath }))).toContain("cannot be read");
  });
});

test("refuses a key that is not of the address the operator expects", async () => {
  const path = writeFile("mine.json", withPbkdf2);
  const signer = await openKeystore({ path, passwordPath: writeFile("password", "testpassword") });
  const { address } = privateKeyToAccount(generatePrivateKey());
  expect(() => createHotWallet(signer, address)).toThrow(
    `is of ${keystoreAddress}, but the configuration names ${address}`,
  );
});

test("opens the sentinel's key wherever it is kept, and refuses another than the operator expects", async () => {
  const path = writeFile("sentinel.json", withPbkdf2);
  const url = new URL(`keystore:${path}?password-file=${writeFile("password", "testpassword")}`);
  const open = (address: Address) =>
    openSentinelKey({ sentinelPrivateKey: undefined, sentinelSigner: { url, address }, log: quietLog });
  const digest: Hex = `0x${"5a".repeat(32)}`;
  for (const key of [
    await open(keystoreAddress),
    await openSentinelKey({ sentinelPrivateKey: secret, sentinelSigner: undefined, log: quietLog }),
  ]) {
    if (key === undefined) throw new Error("There is a key");
    expect(key.address).toBe(keystoreAddress);
    expect(await recoverAddress({ hash: digest, signature: await key.sign(digest) })).toBe(keystoreAddress);
    await key.close();
  }
  const { address } = privateKeyToAccount(generatePrivateKey());
  expect(await refusal(open(address))).toBe(
    `The sentinel's key is of ${keystoreAddress}, but the configuration names ${address}`,
  );
  const none = { sentinelPrivateKey: undefined, sentinelSigner: undefined, log: quietLog };
  expect(await openSentinelKey(none)).toBeUndefined();
});

test("refuses a signature that is not of the key", async () => {
  const path = writeFile("mine.json", withPbkdf2);
  const signer = await openKeystore({ path, passwordPath: writeFile("password", "testpassword") });
  const broken = createHotWallet({ ...signer, sign: async () => ({ r: 5n, s: 7n }) }, keystoreAddress);
  expect(await refusal(broken.signTransaction(transaction(0)))).toContain("not of its key");
});

test.each(["3000", "30060201050201", "3006020105020107ff", "3106020105020107", "300702010502010700", ""])(
  "refuses %s as a signature in DER",
  (der) => {
    expect(() => parseDerSignature(Buffer.from(der, "hex"))).toThrow(SignerError);
  },
);

// --- AWS KMS, by a double

describe("a key in AWS KMS (a local double of its API)", () => {
  let kms: KmsDouble;

  beforeAll(async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "test";
    process.env["AWS_SECRET_ACCESS_KEY"] = "test";
    kms = await startKmsDouble();
  });
  afterAll(() => kms?.stop());

  const open = (keyId: string, double = kms) => openAwsKms({ keyId, region: "eu-west-1", endpoint: double.url });

  test("signs transactions, named by id or alias", async () => {
    for (const keyId of [kms.keyId, "alias/lane"]) {
      const signer = await open(keyId);
      expect(await findSigners(createHotWallet(signer, kms.address))).toEqual([kms.address]);
      await signer.close();
    }
  });

  test("is asked again when it fails, and its silence is an error", async () => {
    const account = createHotWallet(await open(kms.keyId), kms.address);
    kms.fail(1);
    expect(await account.signTransaction(transaction(0))).toMatch(/^0x02/);
    kms.fail(100);
    expect(await refusal(account.signTransaction(transaction(0)))).toContain("KMS did not sign");
    kms.fail(0);
  });

  test("is refused if it is of another kind, or not there", async () => {
    const other = await startKmsDouble({ keySpec: "ECC_NIST_P256" });
    expect(await refusal(open(other.keyId, other))).toContain("ECC_NIST_P256");
    other.stop();
    expect(await refusal(open("alias/none"))).toContain("does not exist");
  });
});

// --- PKCS#11, by SoftHSM2

describe.skipIf(!hasSoftHsm)("a key in an HSM", () => {
  let hsm: SoftHsm;
  beforeAll(async () => {
    hsm = createSoftHsm();
    await hsm.generate("lane-1");
    await hsm.generate("lane-2");
    await hsm.generate("p256", p256);
    await hsm.generate("twice");
    await hsm.generate("twice");
  });
  afterAll(() => hsm?.remove());

  const open = (object: string, changes: object = {}) => openPkcs11({ ...hsm, object, ...changes });

  test("signs transactions, many at a time", async () => {
    const signer = await open("lane-1");
    expect(await findSigners(createHotWallet(signer, toAddress(signer)))).toEqual([toAddress(signer)]);
    await signer.close();
  });

  test("signs beside others of the same module, also after one of them is closed", async () => {
    const first = await open("lane-1");
    const second = await open("lane-2");
    await first.close();
    expect(toAddress(second)).not.toBe(toAddress(first));
    expect(await findSigners(createHotWallet(second, toAddress(second)))).toEqual([toAddress(second)]);
    await second.close();
  });

  test.each<[string, string, () => object, string]>([
    ["that is not there", "none", () => ({}), "has no private EC key none"],
    ["of another curve", "p256", () => ({}), "is not one of secp256k1"],
    ["that shares its label", "twice", () => ({}), "has several private EC keys twice"],
    ["of a token that is not there", "lane-1", () => ({ token: "none" }), "has no token none"],
    ["with a wrong PIN", "lane-1", () => ({ pinPath: writeFile("pin", "0000\n") }), "CKR_PIN_INCORRECT"],
    ["of a module that is not there", "lane-1", () => ({ modulePath: join(folder, "none.so") }), "none.so"],
  ])("is refused %s, and another can be opened then", async (_, object, toChanges, reason) => {
    expect(await refusal(open(object, toChanges()))).toContain(reason);
    await (await open("lane-1")).close();
  });
});

// --- The relayer with each of them

describe("a relayer", () => {
  let world: World;
  let kms: KmsDouble;
  beforeAll(async () => {
    world = await createWorld();
    kms = await startKmsDouble();
  });
  afterAll(async () => {
    kms?.stop();
    await world?.stop();
  });

  const aws = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  const kmsUri = (address: Address) => `awskms:///${kms.keyId}?region=eu-west-1&endpoint=${kms.url}#${address}`;

  async function runOrder(env: RelayerEnv, address: Address): Promise<string> {
    await world.chain.send("owner", { to: address, value: parseEther("1") });
    const session = await world.grant(await world.createAccount(), { relayer: address });
    const relayer = await startRelayer(env);
    try {
      await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
      const order = await session.createOrder({ nonce: 0 });
      expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
      // The session takes this submitter only.
      return (await waitForOrder(relayer.url, order.orderHash)).status;
    } finally {
      await relayer.stop();
    }
  }

  const createEnv = async (wallets: string, more: RelayerEnv = {}) => {
    const { HOT_WALLET_PRIVATE_KEY: _, ...env } = await world.createEnv({ HOT_WALLETS: wallets, ...more });
    return env;
  };

  test("submits from a keystore and from KMS, each a lane", async () => {
    const path = writeFile("lane.json", withPbkdf2);
    const keystore = `keystore:${path}?password-file=${writeFile("lane-password", "testpassword")}#${keystoreAddress}`;
    const env = await createEnv(`${keystore} ${kmsUri(kms.address)}`, aws);
    expect(await runOrder(env, keystoreAddress)).toBe("confirmed");
    expect(await runOrder(env, kms.address)).toBe("confirmed");
  });

  test.skipIf(!hasSoftHsm)("submits from two keys of an HSM, each a lane", async () => {
    const hsm = createSoftHsm();
    const toUri = async (object: string): Promise<{ address: Address; uri: string }> => {
      await hsm.generate(object);
      const signer = await openPkcs11({ ...hsm, object });
      const address = toAddress(signer);
      await signer.close();
      const query = `module-path=${hsm.modulePath}&pin-source=file:${hsm.pinPath}`;
      return { address, uri: `pkcs11:token=${hsm.token};object=${object}?${query}#${address}` };
    };
    try {
      const lanes = [await toUri("lane-1"), await toUri("lane-2")];
      const env = await createEnv(lanes.map(({ uri }) => uri).join(" "), hsm.env);
      for (const { address } of lanes) expect(await runOrder(env, address)).toBe("confirmed");
    } finally {
      hsm.remove();
    }
  });

  test("does not start with a key that is not of the address it expects", async () => {
    const { address } = privateKeyToAccount(generatePrivateKey());
    const { code, log } = await runToEnd(await createEnv(kmsUri(address), aws));
    expect(code).toBe(1);
    expect(log).toContain(`The awskms key is of ${kms.address}, but the configuration names ${address}`);
    expect(log).not.toContain("    at ");
  });
});
