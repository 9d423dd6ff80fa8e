import { sessionManagerAbi } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { decodeEventLog, isAddressEqual, numberToHex, type Address, type Hex } from "viem";
import { z } from "zod";
import type { Rpc } from "../chain/createRpc.ts";
import { RpcError } from "../chain/rpcErrors.ts";
import { getOrder, type OrderRow } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { hashSchema, hexSchema } from "../routes/schemas.ts";
import { JsonRpcError } from "./JsonRpcError.ts";

export const getCallsStatusSchema = z.tuple([hashSchema]);

const logSchema = z.object({ address: hexSchema(20), topics: z.array(hexSchema(32)), data: hexSchema() });
const receiptSchema = z.object({
  blockHash: hexSchema(32),
  blockNumber: z.string(),
  gasUsed: z.string(),
  transactionHash: hexSchema(32),
  status: z.enum(["0x0", "0x1"]),
  logs: z.array(logSchema),
});
type Receipt = z.output<typeof receiptSchema>;
type Log = z.output<typeof logSchema>;

type Deps = { db: Kysely<Database>; rpc: Pick<Rpc, "request">; config: { chainId: number; manager: Address } };

/**
 * Where an order stands, as EIP-5792 says it: 100 pending, 200 confirmed, 400 not executed, 500 failed on chain. The
 * receipt is the order's part of its transaction's: its logs only, and `0x0` if it failed inside one that succeeded.
 */
export async function getCallsStatus(deps: Deps, [id]: z.output<typeof getCallsStatusSchema>) {
  const { db, config } = deps;
  const order = await getOrder(db, config.chainId, id);
  if (order === undefined) throw new JsonRpcError("unknownBundle", `The relayer has no order ${id}`);
  const status = await toStatus(deps, order);
  const answer = { version: "2.0.0", id, chainId: numberToHex(config.chainId), status, atomic: true };
  if ((status !== 200 && status !== 500) || order.transaction_hash === null) return answer;
  const receipt = await readReceipt(deps, order.transaction_hash);
  const { blockHash, blockNumber, gasUsed, transactionHash } = receipt;
  const own = {
    logs: toOwnLogs(receipt, config.manager, id),
    status: status === 200 ? "0x1" : "0x0",
    blockHash,
    blockNumber,
    gasUsed,
    transactionHash,
  };
  return { ...answer, receipts: [own] };
}

async function toStatus({ db, config }: Deps, order: OrderRow): Promise<100 | 200 | 400 | 500> {
  if (order.status === "accepted" || order.status === "submitted") return 100;
  if (order.status === "confirmed") return 200;
  if (order.status !== "failed") return 400;
  // Without this event it was skipped, or its transaction failed as a whole: nothing of it was executed.
  const event = await db
    .selectFrom("events")
    .select("name")
    .where("chain_id", "=", config.chainId)
    .where("order_hash", "=", order.order_hash)
    .where("name", "=", "OrderFailed")
    .executeTakeFirst();
  return event === undefined ? 400 : 500;
}

async function readReceipt({ rpc }: Deps, transactionHash: string): Promise<Receipt> {
  const fail = (cause: unknown): never => {
    throw new ProblemError("rpc-unavailable", `The receipt of ${transactionHash} could not be read`, { cause });
  };
  try {
    return receiptSchema.parse(await rpc.request("eth_getTransactionReceipt", [transactionHash]));
  } catch (error) {
    // No receipt where there was an event: the node lags behind, or a reorg is not read yet.
    if (error instanceof RpcError || error instanceof z.ZodError) return fail(error);
    throw error;
  }
}

/** From after the outcome of the order before to the outcome of this one. */
function toOwnLogs({ logs }: Receipt, manager: Address, orderHash: Hex): Log[] {
  let start = 0;
  for (const [index, log] of logs.entries()) {
    const outcome = isAddressEqual(log.address, manager) ? toOutcome(log) : undefined;
    if (outcome === undefined) continue;
    if (outcome.orderHash === orderHash) return logs.slice(start, index + 1);
    start = index + 1;
  }
  return [];
}

function toOutcome({ topics, data }: Log): { orderHash: Hex | undefined } | undefined {
  const [signature, ...rest] = topics;
  if (signature === undefined) return undefined;
  try {
    const { eventName, args } = decodeEventLog({ abi: sessionManagerAbi, topics: [signature, ...rest], data });
    if (eventName === "OrderSkipped") return { orderHash: undefined };
    return eventName === "OrderExecuted" || eventName === "OrderFailed" ? { orderHash: args.orderHash } : undefined;
  } catch {
    // Another version of the manager may emit more; it is no outcome we know.
    return undefined;
  }
}
