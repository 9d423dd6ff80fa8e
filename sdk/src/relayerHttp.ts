import type { RequestSigner } from "./createRequestSigner.ts";
import { RelayerProblemError, RelayerUnreachableError, ResponseInvalidError } from "./errors.ts";
import { retry, type RetryPolicy } from "./retry.ts";

export type RelayerHttp = {
  /** Parsed JSON of the answer. Every request may be sent twice: the relayer's routes are idempotent. */
  request: (request: {
    method: "GET" | "POST" | "PUT";
    path: string;
    body?: unknown;
    /** Whether the request says whose it is, if the client can. */
    isSigned?: boolean;
    signal?: AbortSignal | undefined;
  }) => Promise<unknown>;
  /** The answer to one GET, unread, which says whose it is if the client can: for streams. */
  open: (path: string, options: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>;
};

export function createRelayerHttp({
  relayerUrl,
  timeoutMs,
  retryPolicy,
  signRequest,
}: {
  relayerUrl: string;
  timeoutMs: number;
  retryPolicy: RetryPolicy;
  signRequest: RequestSigner | undefined;
}): RelayerHttp {
  const base = relayerUrl.replace(/\/+$/, "");

  async function send(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${base}${path}`, init).catch((cause: unknown) => {
      throw new RelayerUnreachableError(base, cause);
    });
    if (!response.ok) throw await toProblem(response);
    return response;
  }

  return {
    async request({ method, path, body, isSigned = false, signal }) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const once = async (): Promise<unknown> => {
        signal?.throwIfAborted();
        const timeout = AbortSignal.timeout(timeoutMs);
        // Anew at each attempt: a nonce is good for one request.
        const headers = new Headers(isSigned ? await signRequest?.({ url: `${base}${path}`, method, body: text }) : {});
        headers.set("accept", "application/json");
        if (text !== undefined) headers.set("content-type", "application/json");
        const response = await send(path, {
          method,
          headers,
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
          ...(text === undefined ? {} : { body: text }),
        });
        return readJson(response, base);
      };
      return retry(once, retryPolicy, signal);
    },
    async open(path, { headers, signal }) {
      const signature = await signRequest?.({ url: `${base}${path}`, method: "GET", body: undefined });
      return send(path, { headers: { ...headers, ...signature }, signal });
    },
  };
}

async function readJson(response: Response, base: string): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw new RelayerUnreachableError(base, cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ResponseInvalidError(`The relayer answered ${response.status} with something other than JSON`, { cause });
  }
}

/** RFC 9457. What stands between may answer in its own way: then only the status speaks. */
async function toProblem(response: Response): Promise<RelayerProblemError> {
  const { status } = response;
  const parsed: unknown = await response.json().catch(() => undefined);
  const fields: Readonly<Record<string, unknown>> =
    typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {};
  return new RelayerProblemError({
    status,
    code: toText(fields["code"]) ?? `http-${status}`,
    title: toText(fields["title"]) ?? (response.statusText || `HTTP status ${status}`),
    detail: toText(fields["detail"]),
    rule: fields["rule"],
    errors: fields["errors"],
    retryable: typeof fields["retryable"] === "boolean" ? fields["retryable"] : [429, 502, 503, 504].includes(status),
    retryAfterMs: toRetryAfterMs(response.headers.get("retry-after")),
  });
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function toRetryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
