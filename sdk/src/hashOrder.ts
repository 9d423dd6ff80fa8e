import { hashTypedData, type Hex } from "viem";
import type { Order } from "./order.ts";
import { toTypedData, type LatchkeyDomain, type LatchkeyTypedData } from "./typedData.ts";

const types = {
  Order: [
    { name: "sessionId", type: "bytes32" },
    { name: "nonce", type: "uint24" },
    { name: "deadline", type: "uint48" },
    { name: "gasLimit", type: "uint32" },
    { name: "calls", type: "Call[]" },
  ],
  Call: [
    { name: "target", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "scope", type: "bytes32" },
  ],
} as const;

export type OrderTypedData = LatchkeyTypedData<typeof types, "Order", Order>;

/** What wallets and signers take for EIP-712. */
export function toOrderTypedData(order: Order, domain: LatchkeyDomain): OrderTypedData {
  return toTypedData(domain, { types, primaryType: "Order", message: order });
}

/** The EIP-712 digest of an order: what its key signs, and its name everywhere. */
export function hashOrder(order: Order, domain: LatchkeyDomain): Hex {
  return hashTypedData(toOrderTypedData(order, domain));
}
