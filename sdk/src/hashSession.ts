import { keccak256, type Hex } from "viem";
import { packSession } from "./packSession.ts";
import type { Session } from "./session.ts";

/** The id of a session. */
export function hashSession(session: Session): Hex {
  return keccak256(packSession(session));
}
