import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createRpc } from "../src/chain/createRpc.ts";
import { RpcError } from "../src/chain/rpcErrors.ts";
import { startChain, type TestChain } from "./support/startChain.ts";
import { startRpcProxy, type RpcProxy } from "./support/startRpcProxy.ts";
import { startTcpProxy, type TcpProxy } from "./support/startTcpProxy.ts";

let chain: TestChain;
let first: TcpProxy;
let second: RpcProxy;
let isFirstUp = true;

beforeAll(async () => {
  chain = await startChain();
  first = await startTcpProxy(chain.url);
  second = await startRpcProxy(chain.url);
});

beforeEach(async () => {
  if (!isFirstUp) await first.restore();
  isFirstUp = true;
  second.setIntercept(undefined);
});

afterAll(async () => {
  if (isFirstUp) await first.cut();
  await second.stop();
  await chain.stop();
});

const create = (changes: object = {}) =>
  createRpc({
    rpcUrl: first.url,
    rpcFallbackUrls: [second.url],
    chainId: chain.chainId,
    rpcTimeoutMs: 3_000,
    ...changes,
  });

async function cutFirst(): Promise<void> {
  await first.cut();
  isFirstUp = false;
}

async function signTransfer(nonceAdded = 0): Promise<`0x${string}`> {
  const { account } = chain.accounts.stranger;
  const nonce = (await chain.client.getTransactionCount({ address: account.address })) + nonceAdded;
  return account.signTransaction({
    type: "eip1559",
    chainId: chain.chainId,
    to: account.address,
    nonce,
    gas: 21_000n,
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 1n,
  });
}

test("asks the next node when one does not answer, and tells nobody that the chain is out of reach", async () => {
  const rpc = create();
  let losses = 0;
  rpc.subscribeUnreachable(() => {
    losses += 1;
  });
  expect(await rpc.getBlock("latest")).toBeDefined();
  await cutFirst();
  expect(await rpc.getBlock("latest")).toBeDefined();
  expect(losses).toBe(0);
});

test("says that the chain is out of reach when no node answers", async () => {
  const rpc = create({ rpcFallbackUrls: [] });
  let losses = 0;
  rpc.subscribeUnreachable(() => {
    losses += 1;
  });
  await cutFirst();
  const error = await rpc.getBlock("latest").catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(RpcError);
  expect(error).toHaveProperty("code", undefined);
  expect(losses).toBe(1);
});

test("does not believe a fallback of another chain", async () => {
  const rpc = create();
  second.setIntercept(({ method }) => (method === "eth_chainId" ? { result: () => "0x1" } : undefined));
  await cutFirst();
  await expect(rpc.getBlock("latest")).rejects.toThrow(/of the chain 1, not 31337/);
});

test("takes a node's refusal for an answer, and asks no other", async () => {
  const rpc = create();
  const before = second.getTotal();
  const error = await rpc.request("eth_nothing", []).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(RpcError);
  expect(error).toHaveProperty("code", -32601);
  expect(second.getTotal()).toBe(before);
});

test("sends a transaction to every node, and is content if one takes it", async () => {
  const rpc = create();
  const before = second.counts.get("eth_sendRawTransaction") ?? 0;
  await rpc.sendRawTransaction(await signTransfer());
  expect(second.counts.get("eth_sendRawTransaction")).toBe(before + 1);
  await cutFirst();
  await rpc.sendRawTransaction(await signTransfer());
});

test("sends transactions to the private node and nowhere else", async () => {
  const rpc = create({ rpcFallbackUrls: [], privateRpcUrl: second.url });
  await cutFirst();
  const before = second.counts.get("eth_sendRawTransaction") ?? 0;
  await rpc.sendRawTransaction(await signTransfer());
  expect(second.counts.get("eth_sendRawTransaction")).toBe(before + 1);
  await expect(rpc.getBlock("latest")).rejects.toThrow(RpcError);
});

test("tells why no node takes a transaction", async () => {
  const rpc = create();
  const raw = await signTransfer(-1);
  await expect(rpc.sendRawTransaction(raw)).rejects.toThrow(/nonce too low/i);
});
