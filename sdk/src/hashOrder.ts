import { hashTypedData, type Address, type Hex } from "viem";
import type { Order } from "./order.ts";

/** Where an order is valid: everything else is another order. */
export type OrderDomain = { chainId: number; manager: Address };

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

export type OrderTypedData = {
  domain: { name: "Latchkey"; version: "1"; chainId: number; verifyingContract: Address };
  types: typeof types;
  primaryType: "Order";
  message: Order;
};

/** What wallets and signers take for EIP-712. */
export function toOrderTypedData(order: Order, { chainId, manager }: OrderDomain): OrderTypedData {
  return {
    domain: { name: "Latchkey", version: "1", chainId, verifyingContract: manager },
    types,
    primaryType: "Order",
    message: order,
  };
}

/** The EIP-712 digest of an order: what its key signs, and its name everywhere. */
export function hashOrder(order: Order, domain: OrderDomain): Hex {
  return hashTypedData(toOrderTypedData(order, domain));
}
