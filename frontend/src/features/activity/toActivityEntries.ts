import type { ManagerLog } from "../../lib/logs.ts";
import { type ActivityEntry, compareEntries } from "./activityEntry.ts";

const toEntry = (log: ManagerLog): ActivityEntry[] => {
  const { blockNumber, logIndex, transactionHash } = log;
  // Pending logs carry none of these; only mined ones are asked for.
  if (blockNumber === null || logIndex === null || transactionHash === null) return [];
  const place = { id: `${blockNumber}-${logIndex}`, blockNumber, logIndex, transactionHash };
  switch (log.eventName) {
    case "OrderExecuted": {
      const { sessionId, orderHash, nonce } = log.args;
      return [{ ...place, name: log.eventName, sessionId, orderHash, nonce }];
    }
    case "OrderFailed": {
      const { sessionId, orderHash, nonce, reason } = log.args;
      return [{ ...place, name: log.eventName, sessionId, orderHash, nonce, reason }];
    }
    case "OrderSkipped":
      return [{ ...place, name: log.eventName, sessionId: log.args.sessionId, reason: log.args.reason }];
    case "SessionGranted":
      return [{ ...place, name: log.eventName, sessionId: log.args.sessionId }];
    case "SessionRevoked":
      return [{ ...place, name: log.eventName, sessionId: log.args.sessionId, by: log.args.by }];
    case "SessionSuspended":
      return [{ ...place, name: log.eventName, sessionId: log.args.sessionId, by: log.args.by }];
    case "SessionResumed":
      return [{ ...place, name: log.eventName, sessionId: log.args.sessionId }];
    case "MisuseProven":
      return [{ ...place, name: log.eventName, sessionId: log.args.sessionId, orderHash: log.args.orderHash }];
    case "GuardianSet":
      return [{ ...place, name: log.eventName, guardian: log.args.guardian }];
    case "SessionsRevoked":
      return [{ ...place, name: log.eventName }];
    case "AccountPaused":
      return [{ ...place, name: log.eventName, by: log.args.by }];
    case "AccountUnpaused":
      return [{ ...place, name: log.eventName }];
    default:
      return [];
  }
};

/** Newest first. */
export const toActivityEntries = (logs: readonly ManagerLog[]): ActivityEntry[] =>
  logs.flatMap(toEntry).toSorted(compareEntries);
