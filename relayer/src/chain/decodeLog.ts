import { decodeSessionGranted, LatchkeyError, packScope, packSession, sessionManagerAbi } from "@latchkey/sdk";
import { decodeEventLog, toEventSelector, type Address, type Hex, type RpcLog } from "viem";
import { toJsonValue } from "../problem.ts";

/** One event of the manager, as it is stored. */
export type ManagerEvent = {
  blockNumber: number;
  blockHash: Hex;
  logIndex: number;
  transactionHash: Hex;
  name: string;
  account: Address | undefined;
  sessionId: Hex | undefined;
  orderHash: Hex | undefined;
  args: Record<string, unknown>;
  /** In a `SessionGranted`: the content, whose hash has been checked. */
  granted: { session: Hex; scopes: Hex[] } | undefined;
};

/** `undefined` for a log that is not of the manager's interface. */
export function decodeLog(log: RpcLog): ManagerEvent | undefined {
  const { blockNumber, blockHash, logIndex, transactionHash } = log;
  const [signature, ...topics] = log.topics;
  if (blockNumber === null || blockHash === null || logIndex === null || transactionHash === null) return undefined;
  if (signature === undefined) return undefined;
  const decoded = decode([signature, ...topics], log.data);
  if (decoded === undefined) return undefined;
  return {
    blockNumber: Number(blockNumber),
    blockHash,
    logIndex: Number(logIndex),
    transactionHash,
    name: decoded.eventName,
    account: "account" in decoded.args ? decoded.args.account : undefined,
    sessionId: "sessionId" in decoded.args ? decoded.args.sessionId : undefined,
    orderHash: "orderHash" in decoded.args ? decoded.args.orderHash : undefined,
    args: toJsonArgs(decoded.args),
    granted: decoded.eventName === "SessionGranted" ? toGranted(log) : undefined,
  };
}

const events = sessionManagerAbi.filter((item) => item.type === "event");
/** By selector, since otherwise every event of the interface is compared with every log. */
const eventOf = new Map(events.map((event) => [toEventSelector(event), event]));

function decode(topics: [Hex, ...Hex[]], data: Hex) {
  const event = eventOf.get(topics[0]);
  if (event === undefined) return undefined;
  try {
    return decodeEventLog({ abi: [event], topics, data });
  } catch {
    // Another version of the manager may emit more; it is no event we know.
    return undefined;
  }
}

/** Content this package cannot read stays unknown, as if the event had been missed; the chain must still be followed. */
function toGranted(log: RpcLog): { session: Hex; scopes: Hex[] } | undefined {
  try {
    const { session, scopes } = decodeSessionGranted(log);
    return { session: packSession(session), scopes: scopes.map(packScope) };
  } catch (error) {
    if (error instanceof LatchkeyError) return undefined;
    throw error;
  }
}

function toJsonArgs(args: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, toJsonValue(value)]));
}
