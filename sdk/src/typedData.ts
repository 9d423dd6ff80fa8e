import type { Address, TypedData } from "viem";

/** Where a message is valid: everywhere else it is another message. */
export type LatchkeyDomain = { chainId: number; manager: Address };

/** What wallets and signers take for EIP-712. */
export type LatchkeyTypedData<
  types extends TypedData = TypedData,
  primaryType extends string = string,
  message extends object = Record<string, unknown>,
> = {
  domain: { name: "Latchkey"; version: "1"; chainId: number; verifyingContract: Address };
  types: types;
  primaryType: primaryType;
  message: message;
};

/** A message in the manager's domain. */
export function toTypedData<const types extends TypedData, primaryType extends string, message extends object>(
  { chainId, manager }: LatchkeyDomain,
  content: { types: types; primaryType: primaryType; message: message },
): LatchkeyTypedData<types, primaryType, message> {
  return { domain: { name: "Latchkey", version: "1", chainId, verifyingContract: manager }, ...content };
}
