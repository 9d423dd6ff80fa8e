import type { Address } from "viem";
import { mnemonicToAccount, type HDAccount } from "viem/accounts";

const mnemonic = "test test test test test test test test test test test junk";

/** Who acts, in the order of the test mnemonic's accounts, which a Hardhat chain knows. */
const names = [
  "deployer",
  "owner",
  "delegatedOwner",
  "relayer",
  "otherRelayer",
  "key",
  "otherKey",
  "sentinel",
  "guardian",
  "approver",
  "stranger",
  "friend",
] as const;

export type ActorName = (typeof names)[number];
export type Actors = Readonly<Record<ActorName, Address>>;

const signers = new Map<string, HDAccount>(
  names.map((_, addressIndex) => {
    const account = mnemonicToAccount(mnemonic, { addressIndex });
    return [account.address.toLowerCase(), account];
  }),
);

const addresses = [...signers.keys()] as Address[];

export const actors = Object.fromEntries(names.map((name, index) => [name, addresses[index]])) as Actors;

/** The account that signs for `address`. */
export function getSigner(address: Address): HDAccount {
  const signer = signers.get(address);
  if (signer === undefined) throw new Error(`Nobody signs for ${address}`);
  return signer;
}
