import { createControlCalls } from "./createControlCalls.ts";
import { createEventCalls } from "./createEventCalls.ts";
import { createOrderCalls } from "./createOrderCalls.ts";
import { createRequestSigner } from "./createRequestSigner.ts";
import { createSentinelCalls } from "./createSentinelCalls.ts";
import { createSessionCalls } from "./createSessionCalls.ts";
import type { LatchkeyClient, LatchkeyClientOptions } from "./latchkeyClient.ts";
import { parseAnswer } from "./parseAnswer.ts";
import { createRelayerHttp } from "./relayerHttp.ts";
import { parseRelayerInfo } from "./relayerResponses.ts";
import type { RetryPolicy } from "./retry.ts";

/** A client of one relayer, and for bots of one session. */
export function createLatchkeyClient(options: LatchkeyClientOptions): LatchkeyClient {
  const { relayerUrl, chainId, owner, sessionKey, timeoutMs = 10_000 } = options;
  const retryPolicy: RetryPolicy = { attemptsMax: 5, delayBaseMs: 250, delayMaxMs: 5_000, ...options.retryPolicy };
  const { address, signMessage } = owner ?? sessionKey ?? {};
  const signRequest = address && signMessage && createRequestSigner({ address, signMessage }, chainId);
  const http = createRelayerHttp({ relayerUrl, timeoutMs, retryPolicy, signRequest });
  const { getContent, ...sessions } = createSessionCalls({ http, options });
  const sentinel = createSentinelCalls({ http, options });
  const { getSession } = sessions;
  const { getLease } = sentinel;
  return {
    ...sessions,
    ...sentinel,
    ...createOrderCalls({ http, options, getContent, getSession, getLease }),
    ...createControlCalls({ http, options, getContent }),
    ...createEventCalls({ http, retryPolicy }),
    getInfo: async () => parseAnswer(await http.request({ method: "GET", path: "/v1/info" }), parseRelayerInfo),
  };
}
