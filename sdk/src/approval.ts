import { hashTypedData, type Hex } from "viem";
import { toTypedData, type LatchkeyDomain, type LatchkeyTypedData } from "./typedData.ts";

/** An approver's consent to one order, by its hash. */
export type Approval = { orderHash: Hex };

const types = { Approval: [{ name: "orderHash", type: "bytes32" }] } as const;

export type ApprovalTypedData = LatchkeyTypedData<typeof types, "Approval", Approval>;

export function toApprovalTypedData({ orderHash }: Approval, domain: LatchkeyDomain): ApprovalTypedData {
  return toTypedData(domain, { types, primaryType: "Approval", message: { orderHash } });
}

/** The EIP-712 digest of an approval, which the session's approver signs. */
export function hashApproval(approval: Approval, domain: LatchkeyDomain): Hex {
  return hashTypedData(toApprovalTypedData(approval, domain));
}

/** The approver's signature over an order's hash, as the order carries it. */
export async function signApproval({
  approval,
  signer,
  chainId,
  manager,
}: {
  approval: Approval;
  /** The approver; any viem `LocalAccount` is one. */
  signer: { signTypedData: (typedData: ApprovalTypedData) => Promise<Hex> };
} & LatchkeyDomain): Promise<Hex> {
  return signer.signTypedData(toApprovalTypedData(approval, { chainId, manager }));
}
