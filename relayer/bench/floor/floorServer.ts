/**
 * The least that can be had: takes orders, runs those that come together in one `eth_call`, stores them in one insert, and
 * only then answers; and sends them to the chain. It checks nothing, keeps nothing else, and follows nothing, so it is no
 * relayer: it shows what the machine, the node and the database leave to one. Started by `startFloor`.
 */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { sessionManagerAbi, type SignedOrderJson } from "@latchkey/sdk";
import pg from "pg";
import { Pool } from "undici";
import { decodeFunctionResult, encodeFunctionData, isHex, numberToHex, parseGwei, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import { packAdmitted } from "../../src/admission/packAdmitted.ts";
import { createMicroBatch } from "../../src/createMicroBatch.ts";
import { toBatchGas, toOrderGas } from "../../src/submission/batchGas.ts";
import { floorConfigSchema } from "./floorConfig.ts";

type Item = { packed: Hex; gas: number };
type Wallet = { account: ReturnType<typeof privateKeyToAccount>; nonce: number; mined: number };

const config = floorConfigSchema.parse(JSON.parse(process.env["FLOOR"] ?? ""));
const sessions = new Map(config.sessions.map((session) => [session.sessionId, session]));
const node = new Pool(config.rpcUrl, { connections: 16 });
const database = new pg.Pool({ connectionString: config.databaseUrl, max: 4 });
const wallets = config.keys.map((key): Wallet => ({ account: privateKeyToAccount(key), nonce: 0, mined: 0 }));
/** Stored, and in no transaction yet. */
const waiting: Item[] = [];

/** Gas of a transaction, transactions in flight for each wallet (blocks are full with two of ten), milliseconds between two looks. */
const gasMax = 4_300_000;
const inFlightMax = 2;
const everyMs = 100;

const answerSchema = z.object({ result: z.string().refine(isHex) });

async function ask(method: string, params: readonly unknown[]): Promise<Hex> {
  const { body } = await node.request({
    path: "/",
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const answer: unknown = await body.json();
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new Error(`${method} failed: ${JSON.stringify(answer)}`);
  return parsed.data.result;
}

const toBatchData = (items: readonly Item[]): Hex =>
  encodeFunctionData({
    abi: sessionManagerAbi,
    functionName: "executeBatch",
    args: [items.map(({ packed }) => packed)],
  });

const toGas = (items: readonly Item[]): number => toBatchGas(items.map(({ gas }) => gas));

const simulations = createMicroBatch<Item, boolean>({
  waitMs: 5,
  sizeMax: 64,
  runsMax: 4,
  async run(items) {
    const call = {
      from: wallets[0]?.account.address,
      to: config.manager,
      data: toBatchData(items),
      gas: numberToHex(toGas(items)),
    };
    const data = await ask("eth_call", [call, "latest"]);
    const results = decodeFunctionResult({ abi: sessionManagerAbi, functionName: "executeBatch", data });
    return results.map((selector) => selector === "0x00000000");
  },
});

const commits = createMicroBatch<Item, undefined>({
  waitMs: 2,
  sizeMax: 64,
  runsMax: 1,
  async run(items) {
    const statement = "insert into floor_orders (packed) select * from unnest($1::text[])";
    await database.query({ name: "insert", text: statement, values: [items.map(({ packed }) => packed)] });
    waiting.push(...items);
    return items.map(() => undefined);
  },
});

async function take(body: string): Promise<void> {
  const { order, signature } = JSON.parse(body) as SignedOrderJson;
  const session = sessions.get(order.sessionId);
  if (session === undefined) throw new Error(`There is no session ${order.sessionId}`);
  const { packedSession, scope } = session;
  const calls = order.calls.map((call) => ({ ...call, value: BigInt(call.value) }));
  const packed = packAdmitted({ signed: { order: { ...order, calls }, signature }, packedSession, scopes: [scope] });
  const item = { packed, gas: toOrderGas({ gasLimit: order.gasLimit, packed }) };
  if (!(await simulations.add(item))) throw new Error("The order does not run");
  await commits.add(item);
}

async function submit(): Promise<void> {
  for (const wallet of wallets) {
    const { account } = wallet;
    if (waiting.length === 0 || wallet.nonce - wallet.mined >= inFlightMax) continue;
    const items: Item[] = [];
    for (let next = waiting[0]; next !== undefined && toGas([...items, next]) <= gasMax; next = waiting[0]) {
      items.push(next);
      waiting.shift();
    }
    const transaction = await account.signTransaction({
      type: "eip1559",
      chainId: config.chainId,
      nonce: wallet.nonce,
      to: config.manager,
      data: toBatchData(items),
      gas: BigInt(toGas(items)),
      maxFeePerGas: parseGwei("20"),
      maxPriorityFeePerGas: 1n,
    });
    wallet.nonce += 1;
    await ask("eth_sendRawTransaction", [transaction]);
  }
}

async function work(): Promise<never> {
  let head: Hex | undefined;
  for (;;) {
    const newest = await ask("eth_blockNumber", []);
    if (newest !== head) {
      head = newest;
      for (const wallet of wallets) {
        wallet.mined = Number(await ask("eth_getTransactionCount", [wallet.account.address, "latest"]));
      }
    }
    await submit();
    await sleep(everyMs);
  }
}

await database.query("create table floor_orders (id bigserial primary key, packed text not null)");
const server = createServer((request, response) => {
  text(request)
    .then(take)
    .then(
      () => response.writeHead(202, { "content-type": "application/json" }).end('{"status":"accepted"}'),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
});
server.listen(config.port, "127.0.0.1");
await work();
