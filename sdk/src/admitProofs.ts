import { size } from "viem";
import type { Refusal } from "./admitOrder.ts";
import { unpackLease } from "./lease.ts";
import type { SignedOrder } from "./order.ts";
import type { Session } from "./session.ts";

/**
 * What the manager checks about an order's lease and approval without asking the chain: whether they are due, and whether
 * the lease is current. Their signatures, and whether an approval is needed, are not checked here.
 */
export function admitProofs({
  session: { leaseTtl, approver },
  signedOrder: { lease = "0x", approval = "0x" },
  now,
}: {
  session: Session;
  signedOrder: Pick<SignedOrder, "lease" | "approval">;
  /** Seconds since the Unix epoch. */
  now: number;
}): Refusal | undefined {
  if (leaseTtl === 0) {
    if (lease !== "0x") return { error: "EncodingInvalid", args: [] };
  } else {
    if (size(lease) < 6) return { error: "LeaseMissing", args: [leaseTtl] };
    const { issuedAt } = unpackLease(lease);
    if (now < issuedAt || now >= issuedAt + leaseTtl) {
      return { error: "LeaseNotCurrent", args: [issuedAt, leaseTtl, now] };
    }
  }
  return approver === "0x" && approval !== "0x" ? { error: "EncodingInvalid", args: [] } : undefined;
}
