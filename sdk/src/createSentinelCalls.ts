import { parseApiPolicyJson } from "./apiPolicy.ts";
import { parseEvidences } from "./evidence.ts";
import { readBoolean, readObject } from "./jsonReader.ts";
import type { LatchkeyClient, LatchkeyClientOptions } from "./latchkeyClient.ts";
import { ownSessionId } from "./ownSessionId.ts";
import { parseAnswer } from "./parseAnswer.ts";
import type { RelayerHttp } from "./relayerHttp.ts";
import { parseIssuedLease } from "./relayerResponses.ts";

export type SentinelCalls = Pick<LatchkeyClient, "getLease" | "getEvidence" | "release" | "putPolicy">;

/** The part of a client that deals with what a relayer watches beside the chain. */
export function createSentinelCalls({
  http,
  options,
}: {
  http: RelayerHttp;
  options: LatchkeyClientOptions;
}): SentinelCalls {
  return {
    async getLease() {
      const path = `/v1/sessions/${ownSessionId(options)}/lease`;
      return parseAnswer(await http.request({ method: "POST", path, isSigned: true }), parseIssuedLease);
    },

    async getEvidence(sessionId = ownSessionId(options), { before, limit } = {}) {
      const query = new URLSearchParams({
        ...(before !== undefined && { before: String(before) }),
        ...(limit !== undefined && { limit: String(limit) }),
      }).toString();
      const path = `/v1/sessions/${sessionId}/evidence${query === "" ? "" : `?${query}`}`;
      return parseAnswer(await http.request({ method: "GET", path, isSigned: true }), parseEvidences);
    },

    async release(sessionId = ownSessionId(options)) {
      const path = `/v1/sessions/${sessionId}/release`;
      return parseAnswer(await http.request({ method: "POST", path, isSigned: true }), (json) =>
        readBoolean(readObject(json, "answer")["released"], "released"),
      );
    },

    async putPolicy(policy) {
      const path = `/v1/sessions/${ownSessionId(options)}/policy`;
      return parseAnswer(await http.request({ method: "PUT", path, body: policy, isSigned: true }), parseApiPolicyJson);
    },
  };
}
