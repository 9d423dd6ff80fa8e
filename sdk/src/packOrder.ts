import { concatHex, isAddressEqual, keccak256, type Hex } from "viem";
import { toSizedBytes, toUintBytes } from "./byteWriter.ts";
import { FieldInvalidError } from "./errors.ts";
import type { Call, Order } from "./order.ts";
import { packSession } from "./packSession.ts";
import type { Scope } from "./scope.ts";
import { createScopesTree, type ProvenScope } from "./scopesTree.ts";
import type { Session } from "./session.ts";

/** A signed order as `execute` and `executeBatch` take it; `docs/encoding.md`. */
export function packOrder({
  order,
  session,
  scopes,
  signature,
  lease = "0x",
  approval = "0x",
}: {
  order: Order;
  session: Session;
  /** All scopes of the session. */
  scopes: readonly Scope[];
  /** `0x` if the session key itself submits. */
  signature: Hex;
  lease?: Hex;
  approval?: Hex;
}): Hex {
  const packedSession = packSessionOf(order, session);
  const calls = proveCalls(order.calls, scopes);
  return concatHex([
    toUintBytes(order.gasLimit, 4, "order.gasLimit"),
    toUintBytes(order.nonce, 3, "order.nonce"),
    toUintBytes(order.deadline, 6, "order.deadline"),
    toSizedBytes(packedSession, 2, "session"),
    toUintBytes(calls.length, 1, "number of order.calls"),
    ...calls.map((call, index) => packCall(call, `order.calls[${index}]`)),
    toSizedBytes(signature, 2, "signature"),
    toSizedBytes(lease, 2, "lease"),
    toSizedBytes(approval, 2, "approval"),
  ]).toLowerCase() as Hex;
}

/** The packed session of an order; throws if the order names another. */
export function packSessionOf({ sessionId }: Pick<Order, "sessionId">, session: Session): Hex {
  const packed = packSession(session);
  if (keccak256(packed) !== sessionId.toLowerCase()) {
    throw new FieldInvalidError("order.sessionId", `is ${sessionId}, which is not the id of the session`);
  }
  return packed;
}

function packCall({ call: { value, data }, packedScope, proof }: ProvenCall, path: string): Hex {
  return concatHex([
    toSizedBytes(packedScope, 2, `${path}.scope`),
    toUintBytes(proof.length, 1, `length of the proof of ${path}.scope`),
    ...proof,
    toUintBytes(value, 16, `${path}.value`),
    toSizedBytes(data, 3, `${path}.data`),
  ]);
}

type ProvenCall = ProvenScope & { call: Call };

/** Each call with its scope and proof. Throws `FieldInvalidError` on one that is not of one of `scopes`. */
export function proveCalls(calls: readonly Call[], scopes: readonly Scope[]): ProvenCall[] {
  if (calls.length === 0) return [];
  const tree = createScopesTree(scopes);
  return calls.map((call, index) => {
    const { scope: leaf, target } = call;
    const path = `order.calls[${index}]`;
    const found = tree.find(leaf);
    if (found === undefined) {
      throw new FieldInvalidError(`${path}.scope`, `is ${leaf}, which is not the leaf of a scope of the session`);
    }
    if (!isAddressEqual(found.scope.target, target)) {
      throw new FieldInvalidError(`${path}.target`, `is ${target}, but its scope's is ${found.scope.target}`);
    }
    return { ...found, call };
  });
}
