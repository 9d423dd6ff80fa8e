import type { Kysely } from "kysely";
import { concatHex, type Hex } from "viem";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { Rpc } from "../chain/createRpc.ts";
import type { SessionReader } from "../chain/createSessionReader.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { credentialLifetimeMax, deriveSecret, parseCredential, type Credential } from "./credentials.ts";
import { createMessageVerifier } from "./createMessageVerifier.ts";
import type { Principal } from "./principal.ts";
import type { SignedRequest } from "./signedRequest.ts";
import { isErc8128, verifyErc8128 } from "./verifyErc8128.ts";
import { createHmacAlgorithm, createP256Algorithm, verifyKeyed } from "./verifyKeyed.ts";

export type Authenticator = ReturnType<typeof createAuthenticator>;

type Deps = {
  db: Kysely<Database>;
  rpc: Rpc;
  contents: ContentStore;
  sessionReader: SessionReader;
  config: Pick<Config, "chainId" | "authSecret">;
};

const p256KeyIdPattern = /^p256:0x([0-9a-f]{128})$/;

/** Whether a session of the status has ended, by whichever of its ends: its credentials are dead. */
export function hasEnded(status: string): boolean {
  return ["none", "revoked", "expired", "superseded", "exhausted"].includes(status);
}

/** Finds out who signed a request: an account (ERC-8128), a P-256 key, or the holder of a credential. */
export function createAuthenticator({ db, rpc, contents, sessionReader, config: { chainId, authSecret } }: Deps) {
  const verifyMessage = createMessageVerifier({ rpc });

  async function verifyCredential(request: SignedRequest, credential: Credential): Promise<Principal> {
    const { sessionId, expiresAt } = credential;
    if (authSecret === undefined) {
      throw new ProblemError("authentication-invalid", "This relayer gives no credentials, so it takes none");
    }
    const now = Math.floor(Date.now() / 1000);
    if (now >= expiresAt)
      throw new ProblemError("authentication-invalid", "The credential has expired: get another one");
    if (expiresAt - now > credentialLifetimeMax) {
      throw new ProblemError("authentication-invalid", "The credential is not one of this relayer");
    }
    const nonce = await verifyKeyed(
      { db, chainId },
      request,
      createHmacAlgorithm(deriveSecret(authSecret, credential)),
    );
    const { status } = await sessionReader.getState(await contents.get(sessionId));
    if (hasEnded(status)) {
      throw new ProblemError("authentication-invalid", `The credential died with its session, which is ${status}`);
    }
    return { kind: "credential", sessionId, expiresAt, nonce };
  }

  return {
    /** Throws `authentication-invalid`, `request-replayed`, or `rpc-unavailable` if only the chain could tell. */
    async authenticate(request: SignedRequest): Promise<Principal> {
      const { keyId } = request;
      if (isErc8128(keyId)) return verifyErc8128({ db, verifyMessage, chainId }, request);
      const credential = parseCredential(keyId);
      if (credential !== undefined) return verifyCredential(request, credential);
      const [, point] = p256KeyIdPattern.exec(keyId) ?? [];
      if (point !== undefined) {
        const publicKey: Hex = concatHex([`0x${point}`]);
        const nonce = await verifyKeyed({ db, chainId }, request, createP256Algorithm(publicKey));
        return { kind: "p256", publicKey, nonce };
      }
      throw new ProblemError(
        "authentication-invalid",
        "The keyid is none of erc8128:<chain>:<address>, p256:0x<x and y, 64 bytes> and hmac:… of POST /v1/credentials",
      );
    },
  };
}
