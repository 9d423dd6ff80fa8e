import type { AccountKind } from "@latchkey/sdk";
import type { Address } from "viem";

/** How a token moves. */
export type Token = {
  address: Address;
  /** So much of what is sent is burnt from the sender on top of it. */
  feeBps: bigint;
  /** `refusing`: it moves nothing and answers false. `wrapped`: WETH9. */
  kind: "plain" | "refusing" | "wrapped";
};

export type Account = {
  address: Address;
  /** Who controls it: the account itself under EIP-7702. */
  owner: Address;
  kind: AccountKind;
  /** Whether the owner can sign for it, not only call. */
  signs: boolean;
};

/** What a sequence takes for given: whose accounts there are, and the contracts around them. Lower-case addresses. */
export type Setting = {
  manager: Address;
  accounts: readonly [Account, ...Account[]];
  tokens: readonly Token[];
  /** A `MarketTarget`. */
  market: Address;
  /** A `ParityPolicy`. */
  policy: Address;
  /** Canonical Permit2. */
  permit2: Address;
};

/** Whoever is no smart account is its own owner. */
export function getAccountOf({ accounts }: Setting, address: Address): Account {
  const found = accounts.find((account) => account.address === address);
  return found ?? { address, owner: address, kind: "sessionAccount", signs: true };
}
