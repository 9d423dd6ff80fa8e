import type { RelayerEvent } from "@latchkey/sdk";
import { type Address, type Hex, isAddress, isHash, isHex } from "viem";
import { AppError } from "../../lib/errors.ts";
import type { ActivityEntry } from "./activityEntry.ts";

const fail = (event: RelayerEvent, what: string): never => {
  throw new AppError(`The relayer's event ${event.id} (${event.name}) has no ${what}.`);
};

const readHash = (event: RelayerEvent, name: string): Hex => {
  const value = event.data[name];
  return typeof value === "string" && isHash(value) ? value : fail(event, name);
};

const readAddress = (event: RelayerEvent, name: string): Address => {
  const value = event.data[name];
  return typeof value === "string" && isAddress(value, { strict: false }) ? value : fail(event, name);
};

const readBytes = (event: RelayerEvent, name: string): Hex => {
  const value = event.data[name];
  return isHex(value) ? value : fail(event, name);
};

const readNumber = (event: RelayerEvent, name: string): number => {
  const value = Number(event.data[name]);
  return Number.isSafeInteger(value) ? value : fail(event, name);
};

/** Nothing for events that this page does not show. */
export const parseChainEvent = (event: RelayerEvent): ActivityEntry[] => {
  const [blockNumber, logIndex] = [readNumber(event, "blockNumber"), readNumber(event, "logIndex")];
  const place = {
    // As of the chain's own logs, which take the relayer's place while it is not there.
    id: `${blockNumber}-${logIndex}`,
    blockNumber: BigInt(blockNumber),
    logIndex,
    transactionHash: readHash(event, "transactionHash"),
  };
  const readOrder = () => ({
    sessionId: readHash(event, "sessionId"),
    orderHash: readHash(event, "orderHash"),
    nonce: readNumber(event, "nonce"),
  });
  switch (event.name) {
    case "OrderExecuted":
      return [{ ...place, name: event.name, ...readOrder() }];
    case "OrderFailed":
      return [{ ...place, name: event.name, ...readOrder(), reason: readBytes(event, "reason") }];
    case "OrderSkipped":
      return [
        { ...place, name: event.name, sessionId: readHash(event, "sessionId"), reason: readBytes(event, "reason") },
      ];
    case "SessionGranted":
      return [{ ...place, name: event.name, sessionId: readHash(event, "sessionId") }];
    case "SessionRevoked":
      return [{ ...place, name: event.name, sessionId: readHash(event, "sessionId"), by: readAddress(event, "by") }];
    case "SessionSuspended":
      return [{ ...place, name: event.name, sessionId: readHash(event, "sessionId"), by: readAddress(event, "by") }];
    case "SessionResumed":
      return [{ ...place, name: event.name, sessionId: readHash(event, "sessionId") }];
    case "MisuseProven":
      return [
        {
          ...place,
          name: event.name,
          sessionId: readHash(event, "sessionId"),
          orderHash: readHash(event, "orderHash"),
        },
      ];
    case "GuardianSet":
      return [{ ...place, name: event.name, guardian: readAddress(event, "guardian") }];
    case "SessionsRevoked":
    case "AccountUnpaused":
      return [{ ...place, name: event.name }];
    case "AccountPaused":
      return [{ ...place, name: event.name, by: readAddress(event, "by") }];
    default:
      return [];
  }
};
