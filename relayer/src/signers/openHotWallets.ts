import { hexToBytes } from "viem";
import { publicKeyToAddress } from "viem/accounts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { createHotWallet, type HotWallet } from "./createHotWallet.ts";
import { SignerError, type DigestSigner } from "./DigestSigner.ts";
import { createKeySigner } from "./openKeystore.ts";
import { openSigner } from "./openSigner.ts";

export type HotWallets = { accounts: readonly HotWallet[]; close: () => Promise<void> };

/** Opens every hot wallet the configuration names. Throws `SignerError`, and then has opened none. */
export async function openHotWallets({
  hotWalletPrivateKeys,
  hotWallets,
  log,
}: Pick<Config, "hotWalletPrivateKeys" | "hotWallets"> & { log: Log }): Promise<HotWallets> {
  const opened: DigestSigner[] = [];
  const accounts: HotWallet[] = [];
  const close = async (): Promise<void> => {
    for (const signer of opened) await signer.close();
  };
  const add = (signer: DigestSigner, account: HotWallet): void => {
    if (accounts.some(({ address }) => address === account.address)) {
      throw new SignerError(`The hot wallet ${account.address} is named twice`);
    }
    accounts.push(account);
    log.info({ lane: account.address, signer: signer.kind }, "A hot wallet is open");
  };
  try {
    for (const key of hotWalletPrivateKeys) {
      const signer = createKeySigner(hexToBytes(key), "key");
      opened.push(signer);
      add(signer, createHotWallet(signer, publicKeyToAddress(signer.publicKey)));
    }
    for (const uri of hotWallets) {
      const signer = await openSigner(uri);
      opened.push(signer);
      add(signer, createHotWallet(signer, uri.address));
    }
    return { accounts, close };
  } catch (error) {
    await close();
    throw error;
  }
}
