import { bytesToHex } from "viem";
import { type HDAccount, mnemonicToAccount } from "viem/accounts";

/** The phrase that anvil and Hardhat fund on every local chain. Everyone knows it: never use it anywhere else. */
const mnemonic = "test test test test test test test test test test test junk";

export type DemoAccount = { account: HDAccount; privateKey: `0x${string}` };

function createDemoAccount(addressIndex: number): DemoAccount {
  const account = mnemonicToAccount(mnemonic, { addressIndex });
  const privateKey = account.getHdKey().privateKey;
  if (!privateKey) throw new Error("The demo phrase gave no private key");
  return { account, privateKey: bytesToHex(privateKey) };
}

export type DemoAccounts = Record<"deployer" | "owner" | "relayer" | "stranger", DemoAccount>;

/** Who is who on the local chain; `stranger` submits orders without the relayer. */
export function createDemoAccounts(): DemoAccounts {
  return {
    deployer: createDemoAccount(0),
    owner: createDemoAccount(1),
    relayer: createDemoAccount(2),
    stranger: createDemoAccount(3),
  };
}
