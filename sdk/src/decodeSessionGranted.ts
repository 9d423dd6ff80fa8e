import { decodeEventLog, keccak256, type Address, type Hex } from "viem";
import { EncodingError } from "./errors.ts";
import { sessionManagerAbi } from "./generated/abi.ts";
import type { Scope } from "./scope.ts";
import { toScopesRoot } from "./scopesTree.ts";
import type { Session } from "./session.ts";
import { unpackScope } from "./unpackScope.ts";
import { unpackSession } from "./unpackSession.ts";

/** Session and scopes in a `SessionGranted` log; throws `EncodingError` unless they hash to what the log says. */
export function decodeSessionGranted(log: { topics: readonly Hex[]; data: Hex }): {
  account: Address;
  sessionId: Hex;
  session: Session;
  scopes: Scope[];
} {
  const [signature, ...topics] = log.topics;
  if (signature === undefined) throw new EncodingError("The log has no topics");
  const { args } = decodeEventLog({
    abi: sessionManagerAbi,
    eventName: "SessionGranted",
    topics: [signature, ...topics],
    data: log.data,
  });
  if (keccak256(args.session) !== args.sessionId) {
    throw new EncodingError(`The session in the log does not hash to ${args.sessionId}`);
  }
  const session = unpackSession(args.session);
  const scopes = args.scopes.map(unpackScope);
  if (toScopesRoot(scopes) !== session.scopesRoot) {
    throw new EncodingError("The scopes in the log are not those the session commits to");
  }
  return { account: args.account, sessionId: args.sessionId, session, scopes };
}
