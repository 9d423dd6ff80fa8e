import { concatHex, isAddressEqual, keccak256, type Hex } from "viem";
import { toSizedBytes, toUintBytes } from "./byteWriter.ts";
import { FieldInvalidError } from "./errors.ts";
import { hashPackedScope } from "./hashScope.ts";
import type { Call, Order } from "./order.ts";
import { packScope } from "./packScope.ts";
import { packSession } from "./packSession.ts";
import type { Scope } from "./scope.ts";
import { getScopeProof } from "./scopesTree.ts";
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
  return concatHex([
    toUintBytes(order.gasLimit, 4, "order.gasLimit"),
    toUintBytes(order.nonce, 3, "order.nonce"),
    toUintBytes(order.deadline, 6, "order.deadline"),
    toSizedBytes(packedSession, 2, "session"),
    toUintBytes(order.calls.length, 1, "number of order.calls"),
    ...order.calls.map((call, index) => packCall(call, scopes, `order.calls[${index}]`)),
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

function packCall(call: Call, scopes: readonly Scope[], path: string): Hex {
  const { packedScope, proof } = toCallProof(call, scopes, path);
  return concatHex([
    toSizedBytes(packedScope, 2, `${path}.scope`),
    toUintBytes(proof.length, 1, `length of the proof of ${path}.scope`),
    ...proof,
    toUintBytes(call.value, 16, `${path}.value`),
    toSizedBytes(call.data, 3, `${path}.data`),
  ]);
}

/** The packed scope that a call names, and its siblings from the leaf up. */
export function toCallProof(
  call: Call,
  scopes: readonly Scope[],
  path: string,
): { packedScope: Hex; proof: readonly Hex[] } {
  const packed = scopes.map(packScope);
  const index = packed.findIndex((bytes) => hashPackedScope(bytes) === call.scope.toLowerCase());
  const [scope, packedScope] = [scopes[index], packed[index]];
  if (scope === undefined || packedScope === undefined) {
    throw new FieldInvalidError(`${path}.scope`, `is ${call.scope}, which is not the leaf of a scope of the session`);
  }
  if (!isAddressEqual(scope.target, call.target)) {
    throw new FieldInvalidError(`${path}.target`, `is ${call.target}, but its scope's is ${scope.target}`);
  }
  return { packedScope, proof: getScopeProof(scopes, call.scope) };
}
