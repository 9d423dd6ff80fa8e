import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Destinations } from "./createDestinations.ts";

const timeoutMs = 10_000;

/**
 * Sends one message and returns the status of the answer, whose body is not read. Redirects are not followed: they would
 * lead past what was checked. Throws what the connection failed with, or `DestinationRefusedError`.
 */
export function postWebhook(
  destinations: Destinations,
  { url, headers, body }: { url: string; headers: Record<string, string>; body: string },
): Promise<number> {
  const target = destinations.checkUrl(url);
  const send = target.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = send(target, {
      method: "POST",
      lookup: destinations.lookup,
      signal,
      // No connection is kept: the next one is checked again.
      agent: false,
      headers: {
        ...headers,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "latchkey-relayer",
      },
    });
    sent.once("response", (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    sent.once("error", reject);
    sent.end(body);
  });
}
