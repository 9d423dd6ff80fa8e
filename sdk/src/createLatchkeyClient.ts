import { createEventCalls } from "./createEventCalls.ts";
import { createOrderCalls } from "./createOrderCalls.ts";
import { createRequestSigner } from "./createRequestSigner.ts";
import { createSessionCalls } from "./createSessionCalls.ts";
import type { LatchkeyClient, LatchkeyClientOptions } from "./latchkeyClient.ts";
import { parseAnswer } from "./parseAnswer.ts";
import { createRelayerHttp } from "./relayerHttp.ts";
import { parseRelayerInfo } from "./relayerResponses.ts";
import type { RetryPolicy } from "./retry.ts";

/** A client of one relayer, and for bots of one session. */
export function createLatchkeyClient(options: LatchkeyClientOptions): LatchkeyClient {
  const { relayerUrl, chainId, sessionKey, timeoutMs = 10_000 } = options;
  const retryPolicy: RetryPolicy = { attemptsMax: 5, delayBaseMs: 250, delayMaxMs: 5_000, ...options.retryPolicy };
  const { signMessage } = sessionKey ?? {};
  const signRequest =
    sessionKey && signMessage && createRequestSigner({ address: sessionKey.address, signMessage }, chainId);
  const http = createRelayerHttp({ relayerUrl, timeoutMs, retryPolicy, signRequest });
  const { getContent, ...sessions } = createSessionCalls({ http, options });
  return {
    ...sessions,
    ...createOrderCalls({ http, options, getContent, getSession: sessions.getSession }),
    ...createEventCalls({ http, retryPolicy }),
    getInfo: async () => parseAnswer(await http.request({ method: "GET", path: "/v1/info" }), parseRelayerInfo),
  };
}
