import { parseKeyId, verifyRequest, type VerifyFailReason } from "@slicekit/erc8128";
import { getAddress, type Address } from "viem";
import type { Db } from "../db/chainRows.ts";
import { ProblemError } from "../problem.ts";
import type { Principal } from "./principal.ts";
import { clockSkewSeconds, isRequestNonceUsed, toReplayed } from "./requestNonces.ts";
import { validityMaxSeconds, type SignedRequest } from "./signedRequest.ts";
import type { VerifyMessage } from "./createMessageVerifier.ts";

/** Whether the key id is of ERC-8128. */
export const isErc8128 = (keyId: string): boolean => parseKeyId(keyId) !== null;

/**
 * A request signed by an Ethereum account as of ERC-8128, bound to method, host, path, query and body. Its nonce is looked
 * up and not used up. Throws `authentication-invalid`, `request-replayed`, or what reading the chain threw.
 */
export async function verifyErc8128(
  deps: { db: Db; verifyMessage: VerifyMessage; chainId: number },
  { method, url, headers, body, keyId }: SignedRequest,
): Promise<Principal> {
  const { db, verifyMessage, chainId } = deps;
  const key = parseKeyId(keyId);
  if (key?.chainId !== chainId) {
    throw new ProblemError(
      "authentication-invalid",
      `The signature is for the chain ${key?.chainId}, not for ${chainId}`,
    );
  }
  // The library takes any failure of a callback for a bad signature; a silent node is none.
  let failure: unknown;
  const keep = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  let nonceKey = "";
  const result = await verifyRequest({
    request: new Request(url, { method, headers, ...(body !== undefined && { body: new Uint8Array(body) }) }),
    verifyMessage: ({ address, message, signature }) =>
      keep(() => verifyMessage({ address: getAddress(address), message: message.raw, signature })),
    nonceStore: {
      consume: (wanted) => {
        nonceKey = wanted;
        return keep(async () => !(await isRequestNonceUsed(db, chainId, wanted)));
      },
    },
    policy: { clockSkewSec: clockSkewSeconds, maxValiditySec: validityMaxSeconds, maxSignatureVerifications: 1 },
  });
  if (failure !== undefined) throw toError(failure);
  if (result.ok) {
    return {
      kind: "address",
      address: toAddress(result.address),
      nonce: { key: nonceKey, expiresAt: result.params.expires },
    };
  }
  if (result.reason === "replay") throw toReplayed();
  const detail = result.detail === undefined ? "" : ` (${result.detail})`;
  throw new ProblemError(
    "authentication-invalid",
    `${sentences[result.reason] ?? "The signature is not valid"}${detail}`,
  );
}

const toAddress = (address: string): Address => getAddress(address);

function toError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error("The signature could not be checked", { cause: failure });
}

/** What to do about the commoner mistakes. */
const sentences: Partial<Record<VerifyFailReason, string>> = {
  missing_headers: "Both Signature and Signature-Input are needed",
  expired: "The signature has expired: sign again, and check the clock",
  not_yet_valid: "The signature is not valid yet: check the clock",
  validity_too_long: `The signature is good for more than the ${validityMaxSeconds} s that are allowed`,
  replayable_not_allowed: "The signature has no nonce, so it could be replayed",
  not_request_bound:
    "The signature must cover @authority, @method, @path, @query if there is one, and content-digest of a body",
  digest_mismatch: "The body is not that of Content-Digest",
  digest_required: "A body needs Content-Digest",
};
