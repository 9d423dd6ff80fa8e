import { sessionStatuses, type Order, type Session } from "@latchkey/sdk";
import { isAddressEqual, zeroAddress, type Address } from "viem";
import type { ChainState } from "../chain/createSessionReader.ts";
import { ProblemError } from "../problem.ts";
import { toRefusal } from "./toRefusal.ts";

/** Bits of the contract's window of used nonces. */
export const nonceWindowSize = 64;

/** The manager's checks that need the chain's state, in its order. */
export function checkState({
  order,
  session,
  state,
  relayer,
}: {
  order: Order;
  session: Session;
  state: ChainState;
  relayer: Address;
}): void {
  checkStatus(order, session, state);
  const now = state.block.timestamp;
  if (now > order.deadline) throw toRefusal({ name: "OrderExpired", args: [order.deadline, now] });
  if (session.relayer !== zeroAddress && !isAddressEqual(session.relayer, relayer)) {
    throw toRefusal({ name: "SubmitterNotAllowed", args: [relayer, session.relayer] });
  }
  if (order.nonce >= session.maxOrders) {
    throw toRefusal({ name: "NonceTooHigh", args: [order.nonce, session.maxOrders] });
  }
  if (session.minInterval !== 0 && state.lastUsedAt !== undefined) {
    const nextAt = state.lastUsedAt + session.minInterval;
    if (now < nextAt) throw toRefusal({ name: "IntervalNotOver", args: [nextAt, now] });
  }
  checkNonce(order.nonce, state);
}

function checkStatus(order: Order, session: Session, { status, block, accountEpoch }: ChainState): void {
  const now = block.timestamp;
  switch (status) {
    case "active":
      return;
    case "superseded":
      throw toRefusal({ name: "SessionSuperseded", args: [session.epoch, accountEpoch] });
    case "expired":
      throw toRefusal({ name: "SessionExpired", args: [session.validUntil, now] });
    case "paused":
      throw toRefusal({ name: "AccountIsPaused", args: [session.account] });
    case "pending":
      throw toRefusal({ name: "SessionNotYetValid", args: [session.validAfter, now] });
    case "exhausted":
      throw order.nonce >= session.maxOrders
        ? toRefusal({ name: "NonceTooHigh", args: [order.nonce, session.maxOrders] })
        : new ProblemError("session-not-active", "The session has used every order it allows");
    default:
      throw toRefusal({ name: "SessionNotActive", args: [order.sessionId, sessionStatuses.indexOf(status)] });
  }
}

function checkNonce(nonce: number, { nextNonce, nonceWindow }: ChainState): void {
  if (nonce >= nextNonce) return;
  const position = nextNonce - 1 - nonce;
  if (position >= nonceWindowSize) {
    throw toRefusal({ name: "NonceTooOld", args: [nonce, nextNonce - nonceWindowSize] });
  }
  if (((nonceWindow >> BigInt(position)) & 1n) === 1n) throw toRefusal({ name: "NonceUsed", args: [nonce] });
}
