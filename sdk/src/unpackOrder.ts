import { keccak256, type Hex } from "viem";
import { createByteReader } from "./byteReader.ts";
import { hashPackedScope } from "./hashScope.ts";
import type { Order } from "./order.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";
import { unpackScope } from "./unpackScope.ts";
import { unpackSession } from "./unpackSession.ts";

export type UnpackedOrder = {
  order: Order;
  session: Session;
  /** The scope of each call, and the proof that comes with it. Not checked against `session.scopesRoot`. */
  callScopes: { scope: Scope; proof: Hex[] }[];
  signature: Hex;
  lease: Hex;
  approval: Hex;
};

/** Reads a packed signed order; throws `EncodingError` unless it, its session and its scopes are canonical. */
export function unpackOrder(packed: Hex): UnpackedOrder {
  const reader = createByteReader(packed, "order");
  const gasLimit = reader.readNumber(4);
  const nonce = reader.readNumber(3);
  const deadline = reader.readNumber(6);
  const packedSession = reader.readSizedBytes(2);
  const parts = Array.from({ length: reader.readNumber(1) }, () => {
    const packedScope = reader.readSizedBytes(2);
    const proof = Array.from({ length: reader.readNumber(1) }, () => reader.readBytes(32));
    const scope = unpackScope(packedScope);
    const value = reader.readBigint(16);
    const data = reader.readSizedBytes(3);
    return { call: { target: scope.target, value, data, scope: hashPackedScope(packedScope) }, scope, proof };
  });
  const signature = reader.readSizedBytes(2);
  const lease = reader.readSizedBytes(2);
  const approval = reader.readSizedBytes(2);
  reader.end();
  return {
    order: {
      sessionId: keccak256(packedSession),
      nonce,
      deadline,
      gasLimit,
      calls: parts.map(({ call }) => call),
    },
    session: unpackSession(packedSession),
    callScopes: parts.map(({ scope, proof }) => ({ scope, proof })),
    signature,
    lease,
    approval,
  };
}
