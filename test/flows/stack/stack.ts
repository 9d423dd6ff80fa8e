import { createLatchkeyClient, sessionManagerAbi, toUniswapSwapCall } from "@latchkey/sdk";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { runCheck } from "../../../scripts/stack/check.ts";
import { type DemoSession, grantDemoSession } from "../../../scripts/stack/demoSession.ts";
import { type Stack, startStack } from "../../../scripts/stack/startStack.ts";
import { waitUntil } from "../../../scripts/stack/waitUntil.ts";

async function listExecuted(stack: Stack, { sessionId }: DemoSession): Promise<Hex[]> {
  const logs = await stack.chain.publicClient.getContractEvents({
    address: stack.addresses.sessionManager,
    abi: sessionManagerAbi,
    eventName: "OrderExecuted",
    args: { sessionId },
    fromBlock: 0n,
    strict: true,
  });
  return logs.map(({ args }) => args.orderHash);
}

function waitForExecuted(stack: Stack, session: DemoSession, count: number): Promise<Hex[]> {
  return waitUntil({
    what: `${count} executed orders; the bot's last lines:\n${stack.bot?.getLog().join("\n") ?? ""}`,
    probe: async () => {
      const executed = await listExecuted(stack, session);
      return executed.length >= count ? executed : undefined;
    },
    timeoutMs: 60_000,
    until: stack.crashed,
  });
}

describe("the whole stack on one machine", function () {
  this.timeout(180_000);
  let stack: Stack;

  before(async () => {
    stack = await startStack({ ports: { chain: 0, relayer: 0, web: 0 }, web: false });
  });
  after(() => stack.stop());

  it("loses no accepted order and executes none twice when the relayer is killed under the bot", async () => {
    const { account, addresses, chain, uniswap } = stack;
    const session = await grantDemoSession({ chain, latchkey: addresses, uniswap, account });
    const client = createLatchkeyClient({
      relayerUrl: stack.urls.relayer,
      chainId: chain.chainId,
      manager: addresses.sessionManager,
      sessionKey: privateKeyToAccount(session.key.privateKey),
      session: session.session,
      scopes: session.scopes,
    });
    await client.putSession(session);
    const { dollar, ether } = uniswap.tokens;
    const swap = toUniswapSwapCall({
      router: uniswap.router,
      tokenIn: dollar.address,
      tokenOut: ether.address,
      fee: uniswap.fee,
      account,
      amountIn: 1_000_000n,
      amountOutMin: 0n,
    });
    await waitForExecuted(stack, stack.session, 1);

    const accepted: Hex[] = [];
    for (let nonce = 0; nonce < 24; nonce++) {
      const { orderHash } = await client.submitOrder({ calls: [swap], nonce });
      accepted.push(orderHash);
      // Blocks are a second apart: some orders are mined, some submitted, some only stored when the process dies.
      await sleep(60);
    }
    const swapsBefore = (await listExecuted(stack, stack.session)).length;
    await stack.restartRelayer();

    const final = await Promise.all(accepted.map((hash) => client.waitForOrder(hash, { timeoutMs: 60_000 })));
    expect(final.map(({ status }) => status)).to.deep.equal(accepted.map(() => "confirmed"));
    const executed = await listExecuted(stack, session);
    expect(executed.toSorted()).to.deep.equal(accepted.toSorted());
    // The bot rides it out.
    await waitForExecuted(stack, stack.session, swapsBefore + 1);
  });

  it("refuses what it must, by the contract and by the relayer", async () => {
    const result = await runCheck({ stack, onProgress: () => {} });
    expect(result.swapsConfirmed).to.be.at.least(3);
    expect(result.cases).to.deep.equal(["over its limit", "outside its scope", "replayed", "after revocation"]);
    expect(result.refusedByContract).to.deep.equal([
      "LimitExceeded",
      "ScopeNotGranted",
      "NonceUsed",
      "SessionNotActive",
    ]);
    expect(result.refusedByRelayer).to.deep.equal([
      "budget-exceeded",
      "scope-not-granted",
      "nonce-used",
      "session-revoked",
    ]);
  });
});
