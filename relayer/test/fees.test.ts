import { createScope, nativeToken, templates, toPaymentCall, hashScope, type Order } from "@latchkey/sdk";
import { getAddress, parseEther, type Address } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkFee, toFee, type FeeSchedule } from "../src/limits/fees.ts";
import { ProblemError } from "../src/problem.ts";
import { parseProblem, post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

const operator = getAddress("0x00000000000000000000000000000000000fee01");
const base = 1_000n;
const perMillionGas = 500n;

let world: World;
let relayer: RelayerProcess;
let session: GrantedSession;

beforeAll(async () => {
  world = await createWorld();
  const account = await world.createAccount();
  const payments = templates.payment({
    token: world.token,
    recipients: [recipient, operator],
    amount: parseEther("1000"),
    period: 0,
  });
  session = await world.grant(account, payments);
  relayer = await startRelayer(
    await world.createEnv({
      FEES: "required",
      FEE_TOKEN: world.token,
      FEE_RECIPIENT: operator,
      FEE_BASE: String(base),
      FEE_PER_MILLION_GAS: String(perMillionGas),
    }),
  );
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

const gasLimit = 400_001;

async function submit(nonce: number, fee: bigint) {
  const [payment] = session.scopes;
  if (payment === undefined) throw new Error("A session has scopes");
  const feeCall = toPaymentCall({ token: world.token, recipient: operator, amount: fee });
  const calls = [session.createCall(5n), { ...feeCall, scope: hashScope(payment) }];
  const order = await session.createOrder({ nonce, gasLimit, calls });
  return { ...order, answer: await post(`${relayer.url}/v1/orders`, order.body) };
}

test("quotes the fee of an order by its gas limit", async () => {
  const { json } = await request(`${relayer.url}/v1/fees?gasLimit=${gasLimit}`);
  // 400,001 gas at 500 a million is 200.0005, rounded up.
  expect(json).toEqual({
    required: true,
    token: world.token,
    recipient: operator,
    base: "1000",
    perMillionGas: "500",
    amount: "1201",
  });
});

test("refuses an order that pays less than quoted, and takes one that pays it", async () => {
  const refused = await submit(0, 1_200n);
  expect(parseProblem(refused.answer)).toMatchObject({
    status: 402,
    code: "fee-required",
    retryable: false,
    rule: { name: "FeeRequired", args: [world.token, operator, "1201", "1200"] },
  });
  const taken = await submit(0, 1_201n);
  expect(taken.answer.status).toBe(202);
  expect((await waitForOrder(relayer.url, taken.orderHash)).status).toBe("confirmed");
  expect(await world.balanceOf(operator)).toBe(1_201n);
});

const schedule = (changes: Partial<FeeSchedule> = {}): FeeSchedule => ({
  token: nativeToken,
  recipient: operator,
  base: 10n,
  perMillionGas: 0n,
  ...changes,
});
const leaf = hashScope(createScope({ target: operator, maxValue: 1n }));
const call = (changes: Partial<Order["calls"][number]>): Order["calls"][number] => ({
  target: operator,
  value: 0n,
  data: "0x",
  scope: leaf,
  ...changes,
});
const token: Address = "0x0000000000000000000000000000000000000777";
const pay = (to: Address, amount: bigint) => toPaymentCall({ token, recipient: to, amount });

test.each<[string, FeeSchedule, Order["calls"][number][]]>([
  ["native, in one payment", schedule(), [call({ value: 10n })]],
  ["native, in two", schedule(), [call({ value: 4n }), call({ value: 6n })]],
  ["in a token", schedule({ token }), [call(pay(operator, 10n))]],
  ["nothing, when nothing is wanted", schedule({ base: 0n }), []],
])("counts a fee paid %s", (_, fees, calls) => {
  expect(() => checkFee(fees, { calls, gasLimit: 0 })).not.toThrow();
});

test.each<[string, FeeSchedule, Order["calls"][number][]]>([
  ["too little", schedule(), [call({ value: 9n })]],
  ["to someone else", schedule(), [call({ value: 10n, target: recipient })]],
  ["with calldata, which may be another function", schedule(), [call({ value: 10n, data: "0x12345678" })]],
  ["in another token", schedule({ token: recipient }), [call(pay(operator, 10n))]],
  ["as a transfer to someone else", schedule({ token }), [call(pay(recipient, 10n))]],
  ["as broken calldata", schedule({ token }), [call({ target: token, data: "0xa9059cbb" })]],
])("does not count a fee paid %s", (_, fees, calls) => {
  expect(() => checkFee(fees, { calls, gasLimit: 0 })).toThrow(ProblemError);
});

test("rounds a fee up", () => {
  expect([0, 1, 1_000_000, 1_000_001].map((gas) => toFee(schedule({ base: 0n, perMillionGas: 1n }), gas))).toEqual([
    0n,
    1n,
    1n,
    2n,
  ]);
});
