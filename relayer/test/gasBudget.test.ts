import { afterAll, beforeAll, expect, test } from "vitest";
import { parseProblem, post, request, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

/** With what a transaction needs beside, an order counts with somewhat more. */
const gasLimit = 400_000;
/** Room for two orders, not for a third. */
const gasPerAccountAndDay = 1_100_000;
/** Room for three. */
const gasPerDay = 1_650_000;

let world: World;
let relayer: RelayerProcess;
let sessions: GrantedSession[];

beforeAll(async () => {
  world = await createWorld();
  sessions = [
    await world.grant(await world.createAccount()),
    await world.grant(await world.createAccount()),
    await world.grant(await world.createAccount()),
  ];
  relayer = await startRelayer(
    await world.createEnv({
      GAS_PER_ACCOUNT_AND_DAY: String(gasPerAccountAndDay),
      GAS_PER_DAY: String(gasPerDay),
    }),
  );
  for (const { sessionId } of sessions) {
    await waitForSession(relayer.url, sessionId, ({ status }) => status === "active");
  }
});

afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

async function submit(index: number, nonce: number, changes: { gasLimit?: number; deadline?: number } = {}) {
  const order = await sessions[index]?.createOrder({ nonce, gasLimit, ...changes });
  if (order === undefined) throw new Error("There is no such session");
  return { ...order, answer: await post(`${relayer.url}/v1/orders`, order.body) };
}

test("spends no more gas a day on an account than its budget, failed orders included", async () => {
  // An order that is never mined, and so fails, costs the budget what one that runs does.
  await world.chain.pauseMining();
  const deadline = (await world.chain.getTime()) + 2;
  const late = await submit(0, 0, { deadline });
  expect(late.answer.status).toBe(202);
  await world.chain.mineAt(deadline + 10);
  await world.chain.resumeMining();
  expect((await waitForOrder(relayer.url, late.orderHash)).status).toBe("expired");
  const good = await submit(0, 1);
  expect(good.answer.status).toBe(202);
  expect((await waitForOrder(relayer.url, good.orderHash)).status).toBe("confirmed");

  const third = await submit(0, 2);
  expect(parseProblem(third.answer)).toMatchObject({
    status: 429,
    code: "gas-budget-exceeded",
    retryable: true,
    rule: { name: "GasBudgetExceeded" },
  });
  expect(Number(third.answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await request(`${relayer.url}/v1/orders/${third.orderHash}`)).status).toBe(404);
  // The same order again is no new one.
  expect((await post(`${relayer.url}/v1/orders`, good.body)).status).toBe(200);
});

test("spends no more on all accounts together than the day's whole", async () => {
  expect((await submit(1, 0)).answer.status).toBe(202);
  expect(parseProblem((await submit(2, 0)).answer)).toMatchObject({
    code: "gas-budget-exceeded",
    rule: { args: [null, expect.any(Number), gasPerDay] },
  });
  // What was refused for the whole has cost the account nothing, so a small one still fits.
  expect((await submit(2, 0, { gasLimit: 120_000 })).answer.status).toBe(202);
});
