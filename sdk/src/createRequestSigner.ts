import { bytesToHex, hexToBytes, sha256, stringToBytes, stringToHex, type Hex } from "viem";
import type { OrderSigner } from "./signOrder.ts";

/** Headers that say who a request is from. */
export type RequestSigner = (request: {
  url: string;
  method: string;
  body: string | undefined;
}) => Promise<Record<string, string>>;

/** Clocks may differ by half a minute, so a signature is good for one. */
const validSeconds = 60;

/**
 * Signs requests with the session key as of ERC-8128, which is RFC 9421 with a signature by EIP-191, over method, host,
 * path, query and body (RFC 9530), each with a nonce of its own.
 */
export function createRequestSigner(
  { address, signMessage }: Pick<OrderSigner, "address"> & Required<Pick<OrderSigner, "signMessage">>,
  chainId: number,
): RequestSigner {
  return async ({ url, method, body }) => {
    const { host, pathname, search } = new URL(url);
    const digest = body === undefined ? undefined : `sha-256=:${toBase64(sha256(stringToBytes(body)))}:`;
    const components: [name: string, value: string][] = [
      ["@authority", host],
      ["@method", method],
      ["@path", pathname],
      ...(search === "" ? [] : [["@query", search] satisfies [string, string]]),
      ...(digest === undefined ? [] : [["content-digest", digest] satisfies [string, string]]),
    ];
    const created = Math.floor(Date.now() / 1000);
    const nonce = toBase64(bytesToHex(crypto.getRandomValues(new Uint8Array(16))));
    const covered = components.map(([name]) => `"${name}"`).join(" ");
    const parameters = `(${covered});created=${created};expires=${created + validSeconds};nonce="${nonce}";keyid="erc8128:${chainId}:${address.toLowerCase()}"`;
    const base = [...components, ["@signature-params", parameters]].map(([name, value]) => `"${name}": ${value}`);
    const signature = await signMessage({ message: { raw: stringToHex(base.join("\n")) } });
    return {
      "signature-input": `eth=${parameters}`,
      signature: `eth=:${toBase64(signature)}:`,
      ...(digest !== undefined && { "content-digest": digest }),
    };
  };
}

function toBase64(bytes: Hex): string {
  return btoa(String.fromCharCode(...hexToBytes(bytes)));
}
