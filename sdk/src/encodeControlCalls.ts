import { encodeFunctionData, type Address, type Hex } from "viem";
import { toContractScope, toContractSession } from "./contractTypes.ts";
import { sessionManagerAbi as abi } from "./generated/abi.ts";
import type { Order } from "./order.ts";
import { packScope } from "./packScope.ts";
import { packSession } from "./packSession.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";

/** What comes with an act that is authorised by signature: of `toControlTypedData` of the same nonce and deadline. */
export type Control = {
  controlNonce: number;
  /** Seconds since the Unix epoch, inclusive. */
  deadline: number;
  /** Of whoever may do it; of a `SessionAccount`, from `signForAccount`. */
  signature: Hex;
};

/** To be called by the session key: gives the session up for ever. */
export function encodeSurrender(session: Session): Hex {
  return encodeFunctionData({ abi, functionName: "surrender", args: [packSession(session)] });
}

/** To be called by the session's sentinel: stops the session until its account resumes it. */
export function encodeSuspend(session: Session): Hex {
  return encodeFunctionData({ abi, functionName: "suspend", args: [packSession(session)] });
}

/** To be called by the account: lets a suspended session run again. */
export function encodeResume(session: Session): Hex {
  return encodeFunctionData({ abi, functionName: "resume", args: [packSession(session)] });
}

/** To be called by the account: who may pause all its sessions. Zero address = nobody. */
export function encodeSetGuardian(guardian: Address): Hex {
  return encodeFunctionData({ abi, functionName: "setGuardian", args: [guardian] });
}

/** A grant signed by the account (`toGrantTypedData`), for anyone to submit. */
export function encodeGrantWithSignature({
  session,
  scopes,
  deadline,
  signature,
}: {
  session: Session;
  scopes: readonly Scope[];
  deadline: number;
  signature: Hex;
}): Hex {
  const args = [toContractSession(session), scopes.map(toContractScope), deadline, signature] as const;
  return encodeFunctionData({ abi, functionName: "grantWithSignature", args });
}

/** Signed by the account, or by the sentinel if the session lets it revoke. */
export function encodeRevokeWithSignature(session: Session, control: Control): Hex {
  return encodeFunctionData({ abi, functionName: "revokeWithSignature", args: [packSession(session), control] });
}

/** Signed by the session key. */
export function encodeSurrenderWithSignature(session: Session, control: Control): Hex {
  return encodeFunctionData({ abi, functionName: "surrenderWithSignature", args: [packSession(session), control] });
}

/** Signed by the session's sentinel. */
export function encodeSuspendWithSignature(session: Session, control: Control): Hex {
  return encodeFunctionData({ abi, functionName: "suspendWithSignature", args: [packSession(session), control] });
}

/** Signed by the account. */
export function encodeResumeWithSignature(session: Session, control: Control): Hex {
  return encodeFunctionData({ abi, functionName: "resumeWithSignature", args: [packSession(session), control] });
}

/** Signed by the account or its guardian. */
export function encodePauseWithSignature(account: Address, control: Control): Hex {
  return encodeFunctionData({ abi, functionName: "pauseWithSignature", args: [account, control] });
}

/** Signed by the account. */
export function encodeUnpauseWithSignature(account: Address, control: Control): Hex {
  return encodeFunctionData({ abi, functionName: "unpauseWithSignature", args: [account, control] });
}

/** Signed by the account. */
export function encodeRevokeAllWithSignature(account: Address, control: Control): Hex {
  return encodeFunctionData({ abi, functionName: "revokeAllWithSignature", args: [account, control] });
}

/** Signed by the account. */
export function encodeSetGuardianWithSignature(account: Address, guardian: Address, control: Control): Hex {
  return encodeFunctionData({ abi, functionName: "setGuardianWithSignature", args: [account, guardian, control] });
}

/** To be called by anyone who holds an order that the key signed and its session does not allow. */
export function encodeReportMisuse({
  session,
  order,
  signature,
  scopes,
}: {
  session: Session;
  order: Order;
  /** The session key's over `order`. */
  signature: Hex;
  /** All of the session's, in the order of their leaves. */
  scopes: readonly Scope[];
}): Hex {
  const args = [packSession(session), order, signature, scopes.map(packScope)] as const;
  return encodeFunctionData({ abi, functionName: "reportMisuse", args });
}
