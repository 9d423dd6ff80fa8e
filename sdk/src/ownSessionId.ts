import type { Hex } from "viem";
import { LatchkeyError } from "./errors.ts";
import { hashSession } from "./hashSession.ts";
import type { LatchkeyClientOptions } from "./latchkeyClient.ts";

/** The id of the session a client was made for. */
export function ownSessionId({ session, sessionId }: LatchkeyClientOptions): Hex {
  if (session !== undefined) return hashSession(session);
  if (sessionId === undefined) throw new LatchkeyError("The client was given neither a session nor a sessionId");
  return sessionId;
}
