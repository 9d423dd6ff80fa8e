import type { LocalAccount } from "viem";
import { hexToBytes } from "viem";
import { publicKeyToAddress } from "viem/accounts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { createHotWallet } from "./createHotWallet.ts";
import { SignerError, type DigestSigner, type SignerUri } from "./DigestSigner.ts";
import { openAwsKms } from "./openAwsKms.ts";
import { createKeySigner, openKeystore } from "./openKeystore.ts";
import { openPkcs11 } from "./openPkcs11.ts";

export type HotWallets = { accounts: readonly LocalAccount[]; close: () => Promise<void> };

/** Opens every hot wallet the configuration names. Throws `SignerError`, and then has opened none. */
export async function openHotWallets({
  hotWalletPrivateKeys,
  hotWallets,
  log,
}: Pick<Config, "hotWalletPrivateKeys" | "hotWallets"> & { log: Log }): Promise<HotWallets> {
  const opened: DigestSigner[] = [];
  const accounts: LocalAccount[] = [];
  const close = async (): Promise<void> => {
    for (const signer of opened) await signer.close();
  };
  const add = (signer: DigestSigner, account: LocalAccount): void => {
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

function openSigner({ url }: SignerUri): Promise<DigestSigner> {
  const query = (name: string): string => url.searchParams.get(name) ?? "";
  const path = decodeURIComponent(url.pathname);
  switch (url.protocol) {
    case "keystore:":
      return openKeystore({ path, passwordPath: query("password-file") });
    case "pkcs11:": {
      const attributes = new Map(
        url.pathname.split(";").map((pair) => {
          const [name = "", value = ""] = pair.split("=");
          return [name, decodeURIComponent(value)] as const;
        }),
      );
      return openPkcs11({
        modulePath: query("module-path"),
        token: attributes.get("token") ?? "",
        object: attributes.get("object") ?? "",
        pinPath: query("pin-source").replace(/^file:(\/\/)?/, ""),
      });
    }
    default:
      return openAwsKms({
        keyId: path.replace(/^\/+/, ""),
        region: query("region"),
        endpoint: url.searchParams.get("endpoint") ?? undefined,
      });
  }
}
