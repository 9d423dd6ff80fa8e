import { createScope, hashScope, nativeToken } from "@latchkey/sdk";
import { getAddress, parseEther } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { RpcError } from "../src/chain/rpcErrors.ts";
import { createFeeDesk } from "../src/limits/createFeeDesk.ts";
import { toGasFee, type GasPricing } from "../src/limits/toGasFee.ts";
import { parseProblem, post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";
import { startRelayer, type RelayerEnv, type RelayerProcess } from "./support/runRelayer.ts";

const operator = getAddress("0x00000000000000000000000000000000000fee02");
const pricing: GasPricing = {
  markupPercent: 20,
  tokenPerNative: 10n ** 18n,
  perMillionGasMin: 0n,
  perMillionGasMax: undefined,
  quoteSeconds: 60,
};

test.each<[string, Partial<GasPricing>, bigint, bigint]>([
  ["with the markup", {}, 10n, 12_000_000n],
  ["in another token, rounded up", { tokenPerNative: 2_500_000_000n }, 1_000_000_007n, 3_000_001n],
  ["at least so much", { perMillionGasMin: 500n }, 0n, 500n],
  ["at most so much", { perMillionGasMax: 500n }, 10n, 500n],
])("is what gas costs %s", (_, changes, gasPrice, expected) => {
  expect(toGasFee({ ...pricing, ...changes }, gasPrice)).toBe(expected);
});

describe("a relayer that charges what gas costs", () => {
  let world: World;
  let env: RelayerEnv;
  let relayer: RelayerProcess;
  let session: GrantedSession;
  const gasLimit = 300_000;

  beforeAll(async () => {
    world = await createWorld();
    env = await world.createEnv({
      FEES: "required",
      FEE_PRICING: "gas-price",
      FEE_TOKEN: nativeToken,
      FEE_RECIPIENT: operator,
      FEE_BASE: "1000",
      FEE_PER_MILLION_GAS: "5",
      FEE_PER_MILLION_GAS_MAX: String(parseEther("0.5")),
    });
    relayer = await startRelayer(env);
  });
  beforeEach(async () => {
    session = await world.grant(await world.createAccount(), {
      scopes: [createScope({ target: operator, maxValue: parseEther("5") })],
      limits: [{ token: nativeToken, amount: parseEther("5"), period: 0 }],
    });
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
  });
  afterAll(async () => {
    await relayer?.stop();
    await world?.stop();
  });

  const quoteSchema = z.object({
    required: z.literal(true),
    base: z.string(),
    perMillionGas: z.string().transform(BigInt),
    amount: z.string().transform(BigInt),
    validUntil: z.iso.datetime(),
  });
  const getQuote = async () => quoteSchema.parse((await request(`${relayer.url}/v1/fees?gasLimit=${gasLimit}`)).json);

  async function createPaying(nonce: number, fee: bigint) {
    const [scope] = session.scopes;
    if (scope === undefined) throw new Error("A session has scopes");
    const calls = [{ target: operator, value: fee, data: "0x", scope: hashScope(scope) } as const];
    return session.createOrder({ nonce, gasLimit, calls });
  }

  async function setBaseFee(fee: bigint): Promise<void> {
    await world.chain.setNextBaseFee(fee);
    await world.chain.mine();
    const number = Number(await world.chain.client.getBlockNumber());
    await waitForSession(relayer.url, session.sessionId, ({ block }) => block.number >= number);
  }

  test("quotes it, stands by the quote when gas becomes dearer and after a restart, and takes no less", async () => {
    await setBaseFee(2_000_000_000n);
    const quote = await getQuote();
    const block = await world.chain.client.getBlock();
    const priority = await world.chain.client.estimateMaxPriorityFeePerGas();
    expect(quote.perMillionGas).toBe((((block.baseFeePerGas ?? 0n) + priority) * 1_000_000n * 12n) / 10n);
    expect(quote.amount).toBe(1_000n + (quote.perMillionGas * 300_000n) / 1_000_000n);
    expect(Date.parse(quote.validUntil)).toBeGreaterThan(Date.now());

    await setBaseFee(20_000_000_000n);
    const dearer = await getQuote();
    expect(dearer.perMillionGas).toBeGreaterThan(5n * quote.perMillionGas);
    await relayer.stop();
    relayer = await startRelayer(env);
    await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
    const short = await post(`${relayer.url}/v1/orders`, (await createPaying(0, quote.amount - 1n)).body);
    expect(parseProblem(short)).toMatchObject({
      status: 402,
      code: "fee-required",
      rule: { args: [nativeToken, operator, String(quote.amount), String(quote.amount - 1n)] },
    });
    const order = await createPaying(0, quote.amount);
    expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
    expect((await waitForOrder(relayer.url, order.orderHash)).status).toBe("confirmed");
    expect(await world.chain.client.getBalance({ address: operator })).toBe(quote.amount);
  });

  test("asks no more than the configured bound", async () => {
    await setBaseFee(900_000_000_000n);
    expect((await getQuote()).perMillionGas).toBe(parseEther("0.5"));
    await setBaseFee(1_000_000_000n);
  });

  test("takes an order without calls for nothing only where it takes back one that is here", async () => {
    const cancel = await session.createOrder({ nonce: 0, gasLimit: 100_000, calls: [] });
    expect(parseProblem(await post(`${relayer.url}/v1/orders`, cancel.body)).code).toBe("fee-required");
    await world.chain.pauseMining();
    const { amount } = await getQuote();
    const order = await createPaying(0, amount);
    expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
    expect((await post(`${relayer.url}/v1/orders`, cancel.body)).status).toBe(202);
    await waitForOrder(relayer.url, cancel.orderHash, ({ status }) => status === "submitted" || status === "confirmed");
    await world.chain.resumeMining();
    const ends = [await waitForOrder(relayer.url, order.orderHash), await waitForOrder(relayer.url, cancel.orderHash)];
    expect(ends.map(({ status }) => status)).toContain("confirmed");
    expect(ends.filter(({ status }) => status === "confirmed")).toHaveLength(1);
  });
});

test("tells that the chain is out of reach, and neither waives the fee nor calls the order short of it", async () => {
  const { db, close } = await openTestDatabase();
  try {
    const desk = createFeeDesk({
      db,
      getGasPrice: () => Promise.reject(new RpcError("eth_getBlock", new Error("The node is gone"))),
      config: { chainId, fees: { token: nativeToken, recipient: operator, base: 0n, perMillionGas: 0n, pricing } },
    });
    await expect(desk.quote()).rejects.toMatchObject({ code: "rpc-unavailable" });
    const order = { sessionId: `0x${"12".repeat(32)}`, nonce: 0, calls: [], gasLimit: 100_000 } as const;
    await expect(desk.check(order)).rejects.toMatchObject({ code: "rpc-unavailable" });
  } finally {
    await close();
  }
});
