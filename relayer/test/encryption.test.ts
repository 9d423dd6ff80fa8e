import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { bytesToHex, hexToBytes, type Hex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { parseProblem, request, waitForOrder, waitForSession, type Answer } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { readMetrics } from "./support/readMetrics.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

/** Of RFC 7748 §6.1, whose public key is known. */
const privateKey: Hex = "0x77076d0a7318a57d3c16c17251b26645df4c6fb4f8a8a9a7f0f9d7b7e1c1f9d6";

let world: World;
let relayer: RelayerProcess;
let session: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  session = await world.grant(await world.createAccount());
  relayer = await startRelayer(await world.createEnv({ ENCRYPTION_KEY: privateKey }));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

const keySchema = z.strictObject({
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  publicKey: z.templateLiteral(["0x", z.string()]),
  kemId: z.literal(0x20),
  kdfId: z.literal(0x01),
  aeadId: z.literal(0x02),
  info: z.string(),
});
const getKey = async () => keySchema.parse((await request(`${relayer.url}/v1/encryption-key`)).json);

const toBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const toText = (text: string): ArrayBuffer => toBuffer(Buffer.from(text));

/** The body as any client of RFC 9180 would encrypt it. */
async function encrypt(body: string, { aad = "POST /v1/orders", info }: { aad?: string; info?: string } = {}) {
  const key = await getKey();
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const recipientPublicKey = await suite.kem.deserializePublicKey(toBuffer(hexToBytes(key.publicKey)));
  const sender = await suite.createSenderContext({ recipientPublicKey, info: toText(info ?? key.info) });
  const ciphertext = await sender.seal(toText(body), toText(aad));
  return {
    keyId: key.keyId,
    enc: bytesToHex(new Uint8Array(sender.enc)),
    ciphertext: bytesToHex(new Uint8Array(ciphertext)),
  };
}

function send(body: unknown, type = "application/vnd.latchkey.hpke+json"): Promise<Answer> {
  return request(`${relayer.url}/v1/orders`, { method: "POST", body, headers: { "content-type": type } });
}

test("tells for which key to encrypt", async () => {
  const { info } = await getKey();
  expect(info).toContain(String(world.chain.chainId));
  expect(info).toContain(world.manager.toLowerCase());
});

test("takes an encrypted order", async () => {
  const order = await session.createOrder({ nonce: 0 });
  const encrypted = await encrypt(JSON.stringify(order.body));
  expect(JSON.stringify(encrypted)).not.toContain(order.body.signature.slice(2, 30));
  const { status } = await send(encrypted);
  expect(status).toBe(202);
  expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
  const metrics = await readMetrics(relayer.url);
  expect(metrics.get("latchkey_admission_verdicts_total", { stage: "decryption", verdict: "passed" })).toBeGreaterThan(
    0,
  );
});

test("checks an encrypted body as it checks any other", async () => {
  expect(parseProblem(await send(await encrypt("{}"))).code).toBe("body-invalid");
});

test.each<[string, () => Promise<unknown>]>([
  ["was changed", async () => ({ ...(await encrypt("{}")), ciphertext: `0x${"00".repeat(40)}` })],
  ["is for another path", () => encrypt("{}", { aad: "POST /v1/orders/simulate" })],
  ["is for another chain", () => encrypt("{}", { info: "latchkey relayer body v1|1|0x00" })],
  ["is for another key", async () => ({ ...(await encrypt("{}")), keyId: "0000000000000000" })],
  ["has a key of no length", async () => ({ ...(await encrypt("{}")), enc: "0x12" })],
  ["is no encrypted body", async () => ({ order: {} })],
  ["hides what is not JSON", () => encrypt("order")],
])("refuses a body that %s", async (_, create) => {
  expect(parseProblem(await send(await create()))).toMatchObject({ status: 400, code: "encryption-invalid" });
});

test("does not take an encrypted body under the media type of a clear one", async () => {
  expect(parseProblem(await send(await encrypt("{}"), "application/json")).code).toBe("body-invalid");
});

test("says that it takes none if it has no key", async () => {
  const plain = await startRelayer(await world.createEnv());
  try {
    const answer = await request(`${plain.url}/v1/orders`, {
      method: "POST",
      body: await encrypt("{}"),
      headers: { "content-type": "application/vnd.latchkey.hpke+json" },
    });
    expect(parseProblem(answer).code).toBe("feature-unsupported");
    expect(parseProblem(await request(`${plain.url}/v1/encryption-key`))).toMatchObject({ status: 404 });
  } finally {
    await plain.stop();
  }
});
