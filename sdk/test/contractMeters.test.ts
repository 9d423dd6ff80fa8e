import { encodeFunctionData, parseAbi, type Address } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createScope,
  createSession,
  encodeGrant,
  hashScope,
  hashSession,
  meterOrder,
  nativeToken,
  packOrder,
  packSession,
  sessionManagerAbi,
  signOrder,
  toInitialCount,
  toRemaining,
  type LimitInput,
  type Order,
} from "../src/index.ts";
import { createRandom } from "./support/random.ts";
import { startLatchkey, type TestLatchkey } from "./support/startLatchkey.ts";

const random = createRandom(181);
const key = privateKeyToAccount(random.bytes(32));
const targetAbi = parseAbi(["function refund(uint256 amount) payable"]);

let latchkey: TestLatchkey;
let target: Address;

beforeAll(async () => {
  latchkey = await startLatchkey();
  target = await latchkey.chain.deploy("test/HostileTarget");
  const { owner } = latchkey.chain;
  // So that the target can give back more than it took.
  const refund = encodeFunctionData({ abi: targetAbi, functionName: "refund", args: [0n] });
  await latchkey.mine(await owner.sendTransaction({ to: target, data: refund, value: 10n ** 18n }));
  await latchkey.mine(await owner.sendTransaction({ to: latchkey.account, value: 10n ** 18n }));
});

afterAll(() => latchkey.chain.stop());

const limitOf = (kind: LimitInput["kind"] & string, amount: bigint): LimitInput => ({
  token: nativeToken,
  amount,
  kind,
});

it.each<[string, LimitInput[], string[]]>([
  [
    "gross and net limits",
    [limitOf("gross", 6_000n), limitOf("net", 200n)],
    ["LimitExceeded 0", "LimitExceeded 1", "executed"],
  ],
  [
    "an inventory and a net limit",
    [limitOf("inventory", 0n), limitOf("net", 10_000n)],
    ["InventoryExceeded 0", "executed"],
  ],
])("meterOrder counts what the contract counts, over 60 random orders under %s", async (_, limits, met) => {
  const { account, chainId, manager, getNow } = latchkey;
  const now = await getNow();
  const { session, scopes } = createSession({
    account,
    signer: key.address,
    validAfter: now,
    validUntil: now + 86_400,
    maxOrders: 1000,
    limits,
    scopes: [createScope({ target, function: "refund(uint256)", maxValue: 10n ** 18n })],
  });
  await latchkey.callAsAccount(encodeGrant({ session, scopes }));
  const [scope] = scopes;
  if (scope === undefined) throw new Error("The session has a scope");

  let counts = session.limits.map(toInitialCount);
  const seen = new Set<string>();
  for (let nonce = 0; nonce < 60; nonce += 1) {
    // Each call is charged the most of its value and its drop; what another call brings back counts for the order.
    const calls = random.list(1 + random.below(2), () => ({ value: random.bits(8), refunded: random.bits(8) }));
    const order: Order = {
      sessionId: hashSession(session),
      nonce,
      deadline: session.validUntil,
      gasLimit: 500_000,
      calls: calls.map(({ value, refunded }) => ({
        target,
        value,
        data: encodeFunctionData({ abi: targetAbi, functionName: "refund", args: [refunded] }),
        scope: hashScope(scope),
      })),
    };
    const movement = {
      charged: calls.reduce((sum, { value }) => sum + value, 0n),
      change: calls.reduce((sum, { value, refunded }) => sum + refunded - value, 0n),
    };
    const outcomes = session.limits.map((limit, index) => meterOrder(limit, index, counts[index] ?? -1n, movement));
    const refusal = outcomes.flatMap((outcome) => ("refusal" in outcome ? [outcome.refusal] : []))[0];
    const signature = await signOrder({ order, signer: key, chainId, manager });
    const args = [packOrder({ order, session, scopes, signature })] as const;
    const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args });
    expect(await latchkey.getError({ data, from: target })).toEqual(refusal);
    seen.add(refusal === undefined ? "executed" : `${refusal.error} ${String(refusal.args[0])}`);
    if (refusal !== undefined) continue;
    await latchkey.submit(data);
    counts = outcomes.map((outcome, index) => ("counted" in outcome ? outcome.counted : (counts[index] ?? -1n)));
    const remaining = await latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "remaining",
      args: [packSession(session)],
    });
    expect(remaining).toEqual(session.limits.map((limit, index) => toRemaining(limit, counts[index] ?? -1n)));
  }
  // The comparison is worth what it has met.
  expect([...seen].toSorted()).toEqual(met);
});
