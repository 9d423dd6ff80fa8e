import { packSession, sessionManagerAbi, templates } from "@latchkey/sdk";
import { decodeFunctionResult, encodeFunctionData, type Hex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";

import { readMany } from "../src/chain/readMany.ts";
import { createRpc } from "../src/chain/createRpc.ts";
import { parseOrder, post, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, recipient, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";
import { startRpcProxy, type RpcProxy } from "./support/startRpcProxy.ts";

let world: World;
let proxy: RpcProxy;
let relayer: RelayerProcess;
const sessions: GrantedSession[] = [];

beforeAll(async () => {
  world = await createWorld();
  for (let count = 0; count < 3; count += 1) {
    const account = await world.createAccount();
    for (let each = 0; each < 4; each += 1) sessions.push(await world.grant(account));
  }
  proxy = await startRpcProxy(world.chain.url);
  relayer = await startRelayer(await world.createEnv({ RPC_URL: proxy.url }));
  for (const { sessionId } of sessions) {
    await waitForSession(relayer.url, sessionId, ({ status }) => status === "active");
  }
});

afterAll(async () => {
  await relayer?.stop();
  await proxy?.stop();
  await world?.stop();
});

test("asks the node much less often than it takes orders", async () => {
  await world.chain.mineEverySecond();
  const orders = await Promise.all(
    sessions.flatMap((session) => Array.from({ length: 10 }, (_, nonce) => session.createOrder({ nonce }))),
  );
  const countCalls = () => proxy.counts.get("eth_call") ?? 0;
  const before = countCalls();
  // While a slow node has all it may have at once, the other orders gather.
  proxy.setDelay(1_000);
  const answers = await Promise.all(orders.map(({ body }) => post(`${relayer.url}/v1/orders`, body)));
  proxy.setDelay(0);
  expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 202));
  expect(countCalls() - before).toBeLessThan(orders.length / 2);
  for (const { orderHash } of orders) {
    expect((await waitForOrder(relayer.url, orderHash)).status).toBe("confirmed");
  }
  const runs = await world.countRuns();
  for (const { orderHash } of orders) expect(runs.get(orderHash)).toBe(1);
  await world.chain.resumeMining();
});

test("tells each of many orders sent at once its own fault", async () => {
  const account = await world.createAccount();
  const limited = () =>
    world.grant(account, templates.payment({ token: world.token, recipients: [recipient], amount: 100n, period: 0 }));
  const [first, second] = [await limited(), await limited()];
  for (const { sessionId } of [first, second]) {
    await waitForSession(relayer.url, sessionId, ({ status }) => status === "active");
  }
  await world.chain.pauseMining();
  const orders = await Promise.all([
    first.createOrder({ nonce: 0, amount: 60n }),
    first.createOrder({ nonce: 1, amount: 60n }),
    second.createOrder({ nonce: 0, amount: 50n }),
    second.createOrder({ nonce: 1, amount: 101n }),
    second.createOrder({ nonce: 2, gasLimit: 5_000 }),
  ]);
  const answers = await Promise.all(orders.map(({ body }) => post(`${relayer.url}/v1/orders`, body)));
  const codes = answers.map(({ json }) => (json as { code?: string }).code ?? parseOrder(json).status);
  // Of two that together are over the limit one is taken, and the other may come again.
  expect(codes.slice(0, 2).toSorted()).toEqual(["accepted", "budget-reserved"]);
  expect(codes.slice(2)).toEqual(["accepted", "budget-exceeded", "gas-limit-invalid"]);
  await world.chain.resumeMining();
});

test("reads many views in few calls, also where one reverts", async () => {
  const rpc = createRpc({ rpcUrl: proxy.url, rpcTimeoutMs: 10_000 });
  const head = await rpc.getBlock("latest");
  if (head === undefined) throw new Error("There are blocks");
  const abi = sessionManagerAbi;
  const good = sessions.map(({ session }) =>
    encodeFunctionData({ abi, functionName: "stateOf", args: [packSession(session)] }),
  );
  const bad: Hex = encodeFunctionData({ abi, functionName: "stateOf", args: ["0x1234"] });
  const calls = Array.from({ length: 20 }, () => [...good, bad]).flat();
  const before = proxy.counts.get("eth_call") ?? 0;
  const answers = await readMany(rpc, { to: world.manager, calls, block: head.hash, answerBytesMax: 128 });
  expect((proxy.counts.get("eth_call") ?? 0) - before).toBeLessThan(calls.length / 10);
  expect(answers).toHaveLength(calls.length);
  answers.forEach(({ ok, data }, index) => {
    expect(ok).toBe(calls[index] !== bad);
    if (ok) expect(decodeFunctionResult({ abi, functionName: "stateOf", data })).toMatchObject({ status: 1 });
  });
});
