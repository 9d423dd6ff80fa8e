import type { Address } from "viem";
import type { ControlMessage, Signed } from "./operation.ts";
import { getAccountOf, type Setting } from "./setting.ts";
import { getAccount, type ModelState } from "./state.ts";
import { refuse, refuseIf, type Verdict } from "./verdict.ts";

/** Whether `signed` is what `signer` should have signed. */
export function isSignedBy(signed: Signed | undefined, signer: Address): boolean {
  return signed !== undefined && signed.tampered === "nothing" && signed.by === signer;
}

/** Whether the account's owner signed for it. */
export function isSignedByOwner(setting: Setting, account: Address, signed: Signed): boolean {
  const { owner, signs } = getAccountOf(setting, account);
  return signs && isSignedBy(signed, owner);
}

/**
 * Whether a signed control message of the account's owner, or of one of `others`, may be used now. The owner's is used
 * up with the account's control nonce, which the caller raises; that of others only has to be of the same nonce.
 */
export function checkControl(
  setting: Setting,
  state: ModelState,
  { account, others, message }: { account: Address; others: readonly Address[]; message: ControlMessage },
): { verdict: Verdict; isByOwner: boolean } {
  const { controlNonce } = getAccount(state, account);
  const isByOwner = isSignedByOwner(setting, account, message);
  const isByOther = others.some((other) => isSignedBy(message, other));
  const verdict = [
    ...checkDeadline(state, message.deadline),
    ...refuseIf(message.controlNonce !== controlNonce, () =>
      refuse("ControlNonceMismatch", message.controlNonce, controlNonce),
    ),
    ...refuseIf(!isByOwner && !isByOther, () => refuse("ControlSignatureInvalid", undefined)),
  ];
  return { verdict, isByOwner };
}

export function checkDeadline({ now }: ModelState, deadline: number): Verdict {
  return refuseIf(now > deadline, () => refuse("ControlExpired", deadline, now));
}
