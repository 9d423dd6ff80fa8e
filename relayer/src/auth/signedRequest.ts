import type { FastifyRequest } from "fastify";
import { parseDictionary } from "structured-headers";
import { ProblemError } from "../problem.ts";

/** A request as its signature covers it. */
export type SignedRequest = {
  method: string;
  /** Scheme and host as the client used them. */
  url: URL;
  headers: Record<string, string>;
  body: Buffer | undefined;
  /** Whose signature it says it carries. */
  keyId: string;
};

/** The longest a signature may be good for, in seconds. */
export const validityMaxSeconds = 300;

/**
 * The request with its one signature (RFC 9421), or nothing if it has none. Behind a proxy the host is what `publicUrl`
 * says; without it what the request says, and then a signature for one relayer is good for another at the same address.
 */
export function toSignedRequest(
  request: Pick<FastifyRequest, "method" | "url" | "headers" | "protocol" | "host" | "rawBody">,
  publicUrl: string | undefined,
): SignedRequest | undefined {
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value] as const],
    ),
  );
  const input = headers["signature-input"];
  if (input === undefined && headers["signature"] === undefined) return undefined;
  const origin = publicUrl === undefined ? `${request.protocol}://${request.host}` : new URL(publicUrl).origin;
  const text = `${origin}${request.url}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // An empty host would make the path's beginning the host.
  const isHostless = publicUrl === undefined && request.host === "";
  if (url === undefined || isHostless || url.username !== "" || url.password !== "") {
    throw new ProblemError("authentication-invalid", "The Host of the request is not a host");
  }
  return {
    method: request.method,
    url,
    headers,
    body: request.rawBody,
    keyId: parseKeyId(input ?? ""),
  };
}

function parseKeyId(input: string): string {
  const signatures = parse(input);
  if (signatures.length !== 1) {
    throw new ProblemError(
      "authentication-invalid",
      `Signature-Input names ${signatures.length} signatures; a request must carry exactly one`,
    );
  }
  const keyId: unknown = signatures[0]?.get("keyid");
  if (typeof keyId === "string") return keyId;
  throw new ProblemError("authentication-invalid", "Signature-Input has no keyid");
}

function parse(input: string): ReadonlyMap<string, unknown>[] {
  try {
    return [...parseDictionary(input).values()].map(([, parameters]) => parameters);
  } catch (cause) {
    throw new ProblemError("authentication-invalid", "Signature-Input is not a dictionary of RFC 8941", { cause });
  }
}
