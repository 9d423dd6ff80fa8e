import { decodeEventLog, type DecodeEventLogReturnType, type Hex } from "viem";
import { sessionManagerAbi } from "./generated/abi.ts";

/** An event of the manager: its name, and its arguments by name. */
export type ManagerEvent = DecodeEventLogReturnType<typeof sessionManagerAbi>;

/**
 * The event in a log of the manager; `undefined` for one its interface does not name. A `SessionGranted` carries packed
 * bytes: `decodeSessionGranted` reads and checks them.
 */
export function decodeManagerEvent(log: { topics: readonly Hex[]; data: Hex }): ManagerEvent | undefined {
  const [signature, ...topics] = log.topics;
  if (signature === undefined) return undefined;
  try {
    return decodeEventLog({ abi: sessionManagerAbi, topics: [signature, ...topics], data: log.data });
  } catch {
    // Another contract's log, or one of a later manager.
    return undefined;
  }
}
