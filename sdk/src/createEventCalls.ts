import { streamRelayerEvents } from "./eventStream.ts";
import type { LatchkeyClient } from "./latchkeyClient.ts";
import { parseAnswer } from "./parseAnswer.ts";
import type { RelayerHttp } from "./relayerHttp.ts";
import { parseRelayerEvents } from "./relayerResponses.ts";
import type { RetryPolicy } from "./retry.ts";

export type EventCalls = Pick<LatchkeyClient, "getEventsOfAccount" | "streamEvents">;

/** Servers send a comment every few seconds; a minute of silence is a dead connection. */
const streamIdleMs = 60_000;

/** The part of a client that reads what happened, and what happens, on chain. */
export function createEventCalls({ http, retryPolicy }: { http: RelayerHttp; retryPolicy: RetryPolicy }): EventCalls {
  return {
    async getEventsOfAccount(account, { limit } = {}) {
      const path = `/v1/accounts/${account}/events${limit === undefined ? "" : `?limit=${limit}`}`;
      return parseAnswer(await http.request({ method: "GET", path }), parseRelayerEvents);
    },

    streamEvents({ account, sessionId, orderHash, lastEventId, signal } = {}) {
      const filter = { ...(account && { account }), ...(sessionId && { sessionId }), ...(orderHash && { orderHash }) };
      const query = new URLSearchParams(filter).toString();
      const path = `/v1/events${query === "" ? "" : `?${query}`}`;
      return streamRelayerEvents({ http, path, idleMs: streamIdleMs, retryPolicy, signal, lastEventId });
    },
  };
}
