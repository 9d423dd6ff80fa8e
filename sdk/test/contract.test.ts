import { encodeFunctionData, parseAbi, type Address } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createSession,
  decodeSessionGranted,
  encodeGrant,
  encodePause,
  encodeRevoke,
  encodeRevokeAll,
  encodeUnpause,
  hashScope,
  hashSession,
  packOrder,
  packSession,
  sessionManagerAbi,
  signOrder,
  templates,
  toPaymentCall,
  type Order,
} from "../src/index.ts";
import { createRandom } from "./support/random.ts";
import { startLatchkey, type TestLatchkey } from "./support/startLatchkey.ts";

let latchkey: TestLatchkey;
let manager: Address;
let account: Address;
let chainId: number;

beforeAll(async () => {
  latchkey = await startLatchkey();
  ({ manager, account, chainId } = latchkey);
});

afterAll(() => latchkey.chain.stop());

describe("a payment session", () => {
  it("is granted, used, paused, unpaused, revoked and superseded", async () => {
    const random = createRandom(6);
    const key = privateKeyToAccount(random.bytes(32));
    const recipient = random.address();
    const token = await latchkey.chain.deploy("test/DemoToken", ["Dollar", "USD", 6]);
    const { chain, mine } = latchkey;
    await mine(
      await chain.owner.writeContract({ address: token, abi: tokenAbi, functionName: "mint", args: [account, 1000n] }),
    );
    const now = await latchkey.getNow();
    const { session, scopes } = createSession({
      account,
      signer: key.address,
      validAfter: now,
      validUntil: now + 86_400,
      maxOrders: 10,
      ...templates.payment({ token, recipients: [recipient], amount: 100n, period: 3600 }),
    });
    const [scope] = scopes;
    if (scope === undefined) throw new Error("The template has a scope");
    const getStatus = () => latchkey.getStatus(session);

    const view = { address: manager, abi: sessionManagerAbi, args: [packSession(session)] } as const;
    expect(await getStatus()).toBe("none");
    const { logs } = await latchkey.callAsAccount(encodeGrant({ session, scopes }));
    const [log] = logs;
    if (log === undefined) throw new Error("A grant emits an event");
    expect(decodeSessionGranted(log)).toEqual({ account, sessionId: hashSession(session), session, scopes });
    expect(await getStatus()).toBe("active");

    const order: Order = {
      sessionId: hashSession(session),
      nonce: 0,
      deadline: session.validUntil,
      gasLimit: 500_000,
      calls: [{ ...toPaymentCall({ token, recipient, amount: 70n }), scope: hashScope(scope) }],
    };
    const signature = await signOrder({ order, signer: key, chainId, manager });
    const data = encodeFunctionData({
      abi: sessionManagerAbi,
      functionName: "execute",
      args: [packOrder({ order, session, scopes, signature })],
    });
    await latchkey.submit(data);
    const paid = await chain.client.readContract({
      address: token,
      abi: tokenAbi,
      functionName: "balanceOf",
      args: [recipient],
    });
    expect(paid).toBe(70n);
    expect(await chain.client.readContract({ ...view, functionName: "remaining" })).toEqual([30n]);
    expect(await latchkey.getError({ data, from: recipient })).toEqual({ error: "NonceUsed", args: [0] });

    await latchkey.callAsAccount(encodePause(account));
    expect(await getStatus()).toBe("paused");
    await latchkey.callAsAccount(encodeUnpause());
    expect(await getStatus()).toBe("active");
    await latchkey.callAsAccount(encodeRevoke(session));
    expect(await getStatus()).toBe("revoked");
    expect(await latchkey.getError({ data, from: recipient })).toEqual({
      error: "SessionNotActive",
      args: [hashSession(session), 3],
    });
    await latchkey.callAsAccount(encodeRevokeAll());
    expect((await latchkey.getAccountState()).epoch).toBe(1);
  });
});

const tokenAbi = parseAbi([
  "function mint(address to, uint256 amount)",
  "function balanceOf(address) view returns (uint256)",
]);
