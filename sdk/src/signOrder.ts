import type { Address, Hex } from "viem";
import { toOrderTypedData, type OrderTypedData } from "./hashOrder.ts";
import type { Order } from "./order.ts";
import type { LatchkeyDomain, LatchkeyTypedData } from "./typedData.ts";

/** A session key: any viem `LocalAccount` is one. */
export type OrderSigner = {
  address: Address;
  /** Of orders, and of the message that gives the session up. */
  signTypedData: (typedData: OrderTypedData | LatchkeyTypedData) => Promise<Hex>;
  /** Signs requests to the relayer (EIP-191). Without it the relayer tells only what is on chain. */
  signMessage?: (input: { message: { raw: Hex } }) => Promise<Hex>;
};

/** The session key's signature over `order`. */
export async function signOrder({
  order,
  signer,
  chainId,
  manager,
}: { order: Order; signer: OrderSigner } & LatchkeyDomain): Promise<Hex> {
  return signer.signTypedData(toOrderTypedData(order, { chainId, manager }));
}
