import { hashTypedData, type Address, type Hex, type TypedData } from "viem";
import { toTypedData, type LatchkeyDomain, type LatchkeyTypedData } from "./typedData.ts";

type Dated = {
  account: Address;
  /** The account's, from `accountStateOf`. */
  controlNonce: number;
  /** Seconds since the Unix epoch, inclusive: the last second at which the message may be used. */
  deadline: number;
};

/** What is signed instead of calling: which function, for whom, and how long. */
export type ControlMessage =
  | ({ type: "Revoke" | "Surrender" | "Suspend" | "Resume"; sessionId: Hex } & Dated)
  | ({ type: "Pause" | "Unpause" | "RevokeAll" } & Dated)
  | ({ type: "SetGuardian"; guardian: Address } & Dated);

const dated = [
  { name: "controlNonce", type: "uint48" },
  { name: "deadline", type: "uint48" },
] as const;
const ofSession = [{ name: "account", type: "address" }, { name: "sessionId", type: "bytes32" }, ...dated] as const;
const ofAccount = [{ name: "account", type: "address" }, ...dated] as const;

/** By type of message. */
export const controlTypes: Readonly<Record<ControlMessage["type"], TypedData>> = {
  Revoke: { Revoke: ofSession },
  Surrender: { Surrender: ofSession },
  Suspend: { Suspend: ofSession },
  Resume: { Resume: ofSession },
  Pause: { Pause: ofAccount },
  Unpause: { Unpause: ofAccount },
  RevokeAll: { RevokeAll: ofAccount },
  SetGuardian: {
    SetGuardian: [{ name: "account", type: "address" }, { name: "guardian", type: "address" }, ...dated],
  },
};

/**
 * The message for a wallet. Session keys, sentinels, guardians and owners of plain EOAs sign it as it is; owners of a
 * `SessionAccount` sign `toAccountTypedData` of it.
 */
export function toControlTypedData({ type, ...message }: ControlMessage, domain: LatchkeyDomain): LatchkeyTypedData {
  return toTypedData(domain, { types: controlTypes[type], primaryType: type, message });
}

/** The EIP-712 digest of a control message. */
export function hashControl(message: ControlMessage, domain: LatchkeyDomain): Hex {
  return hashTypedData(toControlTypedData(message, domain));
}
