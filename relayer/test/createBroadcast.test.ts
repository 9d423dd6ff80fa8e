import { pino } from "pino";
import type { Hex } from "viem";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRpc } from "../src/chain/createRpc.ts";
import { createBroadcast } from "../src/submission/createBroadcast.ts";
import { startChain, type TestChain } from "./support/startChain.ts";

let chain: TestChain;
let sent: string[];
let logged: string[];
/** What is stored, by its hash. */
let stored: Map<string, Hex>;

beforeEach(async () => {
  chain = await startChain(["--gas-limit", "1000000", "--order", "fifo"]);
  await chain.pauseMining();
  [sent, logged] = [[], []];
  stored = new Map<string, Hex>();
});

afterEach(async () => {
  await chain.stop();
});

/** Of the relayer's wallet, with what it sends noted. */
function create() {
  const rpc = createRpc({ rpcUrl: chain.url, rpcFallbackUrls: [], chainId: chain.chainId, rpcTimeoutMs: 10_000 });
  const counted = {
    ...rpc,
    sendRawTransaction(raw: Hex) {
      sent.push(raw);
      return rpc.sendRawTransaction(raw);
    },
  };
  const readRaw = async (hash: string): Promise<Hex> => stored.get(hash) ?? Promise.reject(new Error("It is gone"));
  const log = pino({ level: "warn" }, { write: (line: string) => logged.push(line) });
  return createBroadcast({ rpc: counted, log, readRaw });
}

const wallet = () => chain.accounts.relayer.account;
const getPending = () => chain.client.getTransactionCount({ address: wallet().address, blockTag: "pending" });

async function sign(nonce: number, { gas = 21_000n, hash = `of ${nonce}` } = {}) {
  const { address } = wallet();
  const fees = { maxFeePerGas: 10_000_000_000n, maxPriorityFeePerGas: 1n };
  const raw = await wallet().signTransaction({
    type: "eip1559",
    chainId: chain.chainId,
    to: address,
    nonce,
    gas,
    ...fees,
  });
  stored.set(hash, raw);
  return { raw, nonce, hash };
}

test("sends again what the pool has lost in the middle, and what is lost behind it", async () => {
  const broadcast = create();
  const rows = await Promise.all([0, 1, 2, 3].map((nonce) => sign(nonce)));
  for (const row of rows) await broadcast.send(row);
  expect(await getPending()).toBe(4);
  await chain.forgetPending();
  for (const row of [rows[0], rows[3]]) if (row !== undefined) await broadcast.send(row);
  expect(await getPending()).toBe(1);
  sent = [];
  expect(await broadcast.sendMissing(wallet().address, rows)).toBe(4);
  expect(sent).toEqual([rows[1]?.raw, rows[2]?.raw]);
  expect(logged.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({ nonce: 1, msg: "The node had lost a transaction, and has it again" }),
    expect.objectContaining({ nonce: 2 }),
  ]);
  await chain.mine();
  expect(await chain.client.getTransactionCount({ address: wallet().address })).toBe(4);
});

test("sends again what anvil drops, for the one before it has not fitted into a block", async () => {
  const broadcast = create();
  // Of 1,000,000 gas in a block the first leaves too little for the second, and enough for the third.
  const rows = await Promise.all([sign(0, { gas: 600_000n }), sign(1, { gas: 990_000n }), sign(2)]);
  for (const row of rows) await broadcast.send(row);
  await chain.mine();
  expect(await chain.client.getTransactionCount({ address: wallet().address })).toBe(1);
  expect(await getPending()).toBe(2);
  sent = [];
  expect(await broadcast.sendMissing(wallet().address, rows)).toBe(3);
  expect(sent).toEqual([rows[2]?.raw]);
});

test("sends nothing that the pool has, or that would wait for the nonce of another", async () => {
  const broadcast = create();
  const rows = await Promise.all([0, 1].map((nonce) => sign(nonce)));
  for (const row of rows) await broadcast.send(row);
  sent = [];
  expect(await broadcast.sendMissing(wallet().address, rows)).toBe(2);
  await chain.forgetPending();
  expect(await broadcast.sendMissing(wallet().address, rows.slice(1))).toBe(0);
  expect(sent).toEqual([]);
});

test("sends what the node does not come further with once, and leaves it to the timer", async () => {
  const broadcast = create();
  // More gas than a block has.
  const rows = await Promise.all([sign(0, { gas: 2_000_000n }), sign(1)]);
  expect(await broadcast.sendMissing(wallet().address, rows)).toBe(0);
  expect(await broadcast.sendMissing(wallet().address, rows)).toBe(0);
  expect(sent).toEqual([rows[0]?.raw]);
  expect(logged).toHaveLength(1);
  // Whatever takes its place is another transaction.
  const replaced = [await sign(0, { hash: "another" }), ...rows.slice(1)];
  expect(await broadcast.sendMissing(wallet().address, replaced)).toBe(2);
});
