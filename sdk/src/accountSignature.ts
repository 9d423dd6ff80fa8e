import { zeroHash, type Address, type Hex, type TypedData } from "viem";
import { wrapTypedDataSignature } from "viem/experimental/erc7739";
import type { LatchkeyTypedData } from "./typedData.ts";

/** Any viem `LocalAccount` is one. */
export type TypedDataSigner = { signTypedData: (typedData: LatchkeyTypedData) => Promise<Hex> };

/**
 * What the owner of a `SessionAccount` clone signs instead of `typedData`: the same message, nested in the account's own
 * domain (ERC-7739), so that a signature for one account is worth nothing to another of the same owner. Wallets show
 * all of it. An EOA under EIP-7702 owns itself, and signs `typedData` as it is.
 */
export function toAccountTypedData(typedData: LatchkeyTypedData, account: Address): LatchkeyTypedData {
  const { domain, types, primaryType, message } = typedData;
  return {
    domain,
    types: { ...types, TypedDataSign: toNestedFields(primaryType) },
    primaryType: "TypedDataSign",
    message: {
      contents: message,
      name: "Latchkey SessionAccount",
      version: "1",
      chainId: BigInt(domain.chainId),
      verifyingContract: account,
      salt: zeroHash,
    },
  };
}

/** The account's ERC-1271 signature over `typedData`, from the owner's over `toAccountTypedData` of it. */
export function toAccountSignature(typedData: LatchkeyTypedData, signature: Hex): Hex {
  return wrapTypedDataSignature({ ...typedData, signature });
}

/** The signature of a `SessionAccount` clone over a grant or a control message, made by its owner. */
export async function signForAccount({
  typedData,
  account,
  owner,
}: {
  /** From `toGrantTypedData` or `toControlTypedData`. */
  typedData: LatchkeyTypedData;
  account: Address;
  owner: TypedDataSigner;
}): Promise<Hex> {
  return toAccountSignature(typedData, await owner.signTypedData(toAccountTypedData(typedData, account)));
}

function toNestedFields(primaryType: string): TypedData[string] {
  return [
    { name: "contents", type: primaryType },
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
    { name: "salt", type: "bytes32" },
  ];
}
