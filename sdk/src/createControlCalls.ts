import { toControlTypedData } from "./controlMessage.ts";
import type { SessionCalls } from "./createSessionCalls.ts";
import { LatchkeyError } from "./errors.ts";
import type { LatchkeyClient, LatchkeyClientOptions } from "./latchkeyClient.ts";
import { parseAnswer } from "./parseAnswer.ts";
import type { RelayerHttp } from "./relayerHttp.ts";
import { parseControlState } from "./relayerResponses.ts";

export type ControlCalls = Pick<LatchkeyClient, "surrender" | "getControl">;

/** How long a surrender may take to be mined: a day, for it can do no harm. */
const surrenderSeconds = 86_400;

/** The part of a client that takes authority away through the relayer. */
export function createControlCalls({
  http,
  options: { chainId, manager, sessionKey },
  getContent,
}: Pick<SessionCalls, "getContent"> & { http: RelayerHttp; options: LatchkeyClientOptions }): ControlCalls {
  return {
    async surrender() {
      if (sessionKey === undefined) throw new LatchkeyError("The client has no sessionKey, so it cannot give it up");
      const { sessionId, session } = await getContent();
      // A surrender is good with any nonce: what it does can be done once.
      const dated = { controlNonce: 0, deadline: Math.floor(Date.now() / 1000) + surrenderSeconds };
      const message = { type: "Surrender", account: session.account, sessionId, ...dated } as const;
      const signature = await sessionKey.signTypedData(toControlTypedData(message, { chainId, manager }));
      const path = `/v1/sessions/${sessionId}/surrender`;
      const body = { ...dated, signature };
      return parseAnswer(await http.request({ method: "POST", path, body, isSigned: true }), parseControlState);
    },

    async getControl(id) {
      return parseAnswer(await http.request({ method: "GET", path: `/v1/controls/${id}` }), parseControlState);
    },
  };
}
