import type { SignedOrder } from "@latchkey/sdk";
import type { Hex } from "viem";
import type { ProvenScope } from "./createContentStore.ts";

/**
 * A signed order as the manager takes it (`docs/encoding.md`), the same bytes as `packOrder` of the SDK gives, from parts
 * that are packed and proven already. The order's fields have been checked to fit.
 */
export function packAdmitted({
  signed: { order, signature, lease = "0x", approval = "0x" },
  packedSession,
  scopes,
}: {
  signed: SignedOrder;
  packedSession: Hex;
  /** Of each call. */
  scopes: readonly Pick<ProvenScope, "packed" | "proof">[];
}): Hex {
  let packed = toUint(order.gasLimit, 4) + toUint(order.nonce, 3) + toUint(order.deadline, 6);
  packed += toSized(packedSession, 2) + toUint(order.calls.length, 1);
  for (const [index, { value, data }] of order.calls.entries()) {
    const scope = scopes[index];
    if (scope === undefined) throw new Error(`Call number ${index} has no scope`);
    packed += toSized(scope.packed, 2) + toUint(scope.proof.length, 1);
    for (const sibling of scope.proof) packed += sibling.slice(2);
    packed += toUint(value, 16) + toSized(data, 3);
  }
  packed += toSized(signature, 2) + toSized(lease, 2) + toSized(approval, 2);
  return `0x${packed}`.toLowerCase() as Hex;
}

function toUint(value: number | bigint, byteCount: number): string {
  return value.toString(16).padStart(2 * byteCount, "0");
}

function toSized(bytes: Hex, lengthByteCount: number): string {
  return toUint((bytes.length - 2) / 2, lengthByteCount) + bytes.slice(2);
}
