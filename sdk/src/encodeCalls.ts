import { encodeAbiParameters, encodeFunctionData, type Address, type Hex } from "viem";
import { toContractScope, toContractSession } from "./contractTypes.ts";
import { sessionAccountAbi, sessionManagerAbi } from "./generated/abi.ts";
import { packSession } from "./packSession.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";

/** ERC-7821 batch mode without extra data. */
export const batchMode: Hex = "0x0100000000000000000000000000000000000000000000000000000000000000";

/** `SessionManager.grant`, to be called by the account. `scopes` in the order `createSession` returns. */
export function encodeGrant({ session, scopes }: { session: Session; scopes: readonly Scope[] }): Hex {
  return encodeFunctionData({
    abi: sessionManagerAbi,
    functionName: "grant",
    args: [toContractSession(session), scopes.map(toContractScope)],
  });
}

/** `SessionManager.revoke`, to be called by the account. */
export function encodeRevoke(session: Session): Hex {
  return encodeFunctionData({ abi: sessionManagerAbi, functionName: "revoke", args: [packSession(session)] });
}

/** `SessionManager.revokeAll`, to be called by the account. */
export function encodeRevokeAll(): Hex {
  return encodeFunctionData({ abi: sessionManagerAbi, functionName: "revokeAll" });
}

/** `SessionManager.pause`, to be called by the account or its guardian. */
export function encodePause(account: Address): Hex {
  return encodeFunctionData({ abi: sessionManagerAbi, functionName: "pause", args: [account] });
}

/** `SessionManager.unpause`, to be called by the account. */
export function encodeUnpause(): Hex {
  return encodeFunctionData({ abi: sessionManagerAbi, functionName: "unpause" });
}

/** What an account is asked to do, in order; one failing undoes all. */
export type AccountCall = { target: Address; value?: bigint; data?: Hex };

/** `SessionAccount.execute`, to be called by the account's owner. */
export function encodeAccountExecute(calls: readonly AccountCall[]): Hex {
  const executionData = encodeAbiParameters(executionParameters, [
    calls.map(({ target, value = 0n, data = "0x" }) => ({ target, value, callData: data })),
  ]);
  return encodeFunctionData({
    abi: sessionAccountAbi,
    functionName: "execute",
    args: [batchMode, executionData],
  });
}

/** What `execute` takes in batch mode. */
export const executionParameters = [
  {
    type: "tuple[]",
    components: [
      { name: "target", type: "address" },
      { name: "value", type: "uint256" },
      { name: "callData", type: "bytes" },
    ],
  },
] as const;
