import { hexToBytes, serializeSignature, type Address, type Hex } from "viem";
import { publicKeyToAddress } from "viem/accounts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { toSignature } from "./createHotWallet.ts";
import { SignerError } from "./DigestSigner.ts";
import { createKeySigner } from "./openKeystore.ts";
import { openSigner } from "./openSigner.ts";

/** The key that sessions name as their sentinel. It signs leases, suspensions and revocations, never transactions. */
export type SentinelKey = {
  address: Address;
  /** 65 bytes over a 32-byte digest. Rejects with `SignerError` when the place of the key does not answer. */
  sign: (digest: Hex) => Promise<Hex>;
  close: () => Promise<void>;
};

/** Opens the key if the configuration names one. Throws `SignerError`, also if it is not the key of the address named. */
export async function openSentinelKey({
  sentinelPrivateKey,
  sentinelSigner,
  log,
}: Pick<Config, "sentinelPrivateKey" | "sentinelSigner"> & { log: Log }): Promise<SentinelKey | undefined> {
  const signer =
    sentinelPrivateKey !== undefined
      ? createKeySigner(hexToBytes(sentinelPrivateKey), "key")
      : sentinelSigner && (await openSigner(sentinelSigner));
  if (signer === undefined) return undefined;
  const { publicKey, kind, close } = signer;
  const address = publicKeyToAddress(publicKey);
  if (sentinelSigner !== undefined && address !== sentinelSigner.address) {
    await close();
    throw new SignerError(`The sentinel's key is of ${address}, but the configuration names ${sentinelSigner.address}`);
  }
  log.info({ sentinel: address, signer: kind }, "The sentinel's key is open");
  return {
    address,
    sign: async (digest) => serializeSignature(toSignature(await signer.sign(digest), { digest, publicKey })),
    close,
  };
}
