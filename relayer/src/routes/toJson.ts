import { toScopeJson, toSessionJson } from "@latchkey/sdk";
import type { z } from "zod";
import type { SessionContent } from "../admission/createContentStore.ts";
import type { ChainState } from "../chain/createSessionReader.ts";
import { toReserved, type HoldingOrder, type OrderRow } from "../db/orderRows.ts";
import type { orderStateSchema, sessionStateSchema } from "./schemas.ts";

const parseReason = (text: string) => JSON.parse(text) as { name: string; args: unknown[]; sentence: string };
const parseCalls = (text: string) =>
  JSON.parse(text) as { target: string; value: string; data: string; scope: string }[];

export function toOrderState(row: OrderRow): z.infer<typeof orderStateSchema> {
  return {
    orderHash: row.order_hash,
    sessionId: row.session_id,
    account: row.account,
    nonce: row.nonce,
    deadline: row.deadline,
    gasLimit: row.gas_limit,
    calls: row.calls === null ? [] : parseCalls(row.calls),
    ...(row.calls === null && { isBodyDeleted: true as const }),
    status: row.status,
    ...(row.transaction_hash !== null && { transactionHash: row.transaction_hash }),
    ...(row.block_number !== null && { blockNumber: row.block_number }),
    ...(row.reason !== null && { reason: parseReason(row.reason) }),
    acceptedAt: new Date(row.accepted_at).toISOString(),
  };
}

export function toSessionState(
  { sessionId, session, scopes }: SessionContent,
  state: ChainState,
  /** Orders of the session that hold something, for whom they may be told. */
  holding: readonly HoldingOrder[] | undefined,
): z.infer<typeof sessionStateSchema> {
  const reserved = holding && toReserved(holding, session.limits.length, state.block.number);
  const live = holding?.filter(({ isLive }) => isLive);
  return {
    sessionId,
    status: state.status,
    session: toSessionJson(session),
    scopes: scopes.map(toScopeJson),
    // Orders in flight have their nonces already.
    nextNonce: Math.max(state.nextNonce, ...(live ?? []).map(({ nonce }) => nonce + 1)),
    remaining: session.limits.map(({ token, amount }, limit) => ({
      limit,
      token,
      amount: amount.toString(),
      remaining: (state.remaining[limit] ?? 0n).toString(),
      ...(reserved !== undefined && { reserved: (reserved[limit] ?? 0n).toString() }),
    })),
    block: { number: state.block.number, hash: state.block.hash },
    ...(state.lastUsedAt !== undefined && { lastUsedAt: state.lastUsedAt }),
  };
}
