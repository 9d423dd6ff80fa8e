import type { Hex } from "viem";
import { ResponseInvalidError } from "./errors.ts";
import { hashSession } from "./hashSession.ts";
import type { LatchkeyClient, LatchkeyClientOptions } from "./latchkeyClient.ts";
import { ownSessionId } from "./ownSessionId.ts";
import { parseAnswer } from "./parseAnswer.ts";
import type { RelayerHttp } from "./relayerHttp.ts";
import { parseSessionState, parseSessionStates, type SessionState } from "./relayerResponses.ts";
import type { Scope } from "./scope.ts";
import { toScopesRoot } from "./scopesTree.ts";
import type { Session } from "./session.ts";
import { toScopeJson, toSessionJson } from "./wire.ts";

export type SessionContent = { sessionId: Hex; session: Session; scopes: readonly Scope[] };

export type SessionCalls = Pick<
  LatchkeyClient,
  "getSession" | "getRemaining" | "putSession" | "getSessionsOfAccount"
> & {
  /** What the client's own session says: as it was given, or as the relayer tells it, which its id proves. */
  getContent: () => Promise<SessionContent>;
};

/** The part of a client that reads sessions and tells the relayer of them. */
export function createSessionCalls({
  http,
  options,
}: {
  http: RelayerHttp;
  options: LatchkeyClientOptions;
}): SessionCalls {
  let loadedContent: Promise<SessionContent> | undefined;

  async function getSession(sessionId = ownSessionId(options)): Promise<SessionState> {
    const path = `/v1/sessions/${sessionId}`;
    const state = parseAnswer(await http.request({ method: "GET", path, isSigned: true }), parseSessionState);
    checkContent(state.sessionId, state);
    if (state.sessionId !== sessionId.toLowerCase()) {
      throw new ResponseInvalidError(`The relayer answered with the session ${state.sessionId}, not ${sessionId}`);
    }
    return state;
  }

  return {
    getSession,

    getContent() {
      const { session, scopes } = options;
      if (session !== undefined && scopes !== undefined) {
        return Promise.resolve({ sessionId: hashSession(session), session, scopes });
      }
      // Content never changes under an id, so once is enough; a failure is not kept.
      loadedContent ??= getSession().catch((error: unknown) => {
        loadedContent = undefined;
        throw error;
      });
      return loadedContent;
    },

    getRemaining: async (sessionId) => (await getSession(sessionId)).remaining,

    async putSession({ session, scopes }) {
      const path = `/v1/sessions/${hashSession(session)}`;
      const body = { session: toSessionJson(session), scopes: scopes.map(toScopeJson) };
      return parseAnswer(await http.request({ method: "PUT", path, body, isSigned: true }), parseSessionState);
    },

    async getSessionsOfAccount(account) {
      const path = `/v1/accounts/${account}/sessions`;
      return parseAnswer(await http.request({ method: "GET", path }), parseSessionStates);
    },
  };
}

/** The relayer is not trusted with what a session says: its id and root prove it. */
function checkContent(sessionId: Hex, { session, scopes }: { session: Session; scopes: readonly Scope[] }): void {
  if (hashSession(session) !== sessionId || toScopesRoot(scopes) !== session.scopesRoot) {
    throw new ResponseInvalidError(`The relayer's content of the session ${sessionId} does not hash to it`);
  }
}
