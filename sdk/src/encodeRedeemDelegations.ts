import { concatHex, encodeAbiParameters, encodeFunctionData, type Hex } from "viem";
import { toUintBytes } from "./byteWriter.ts";
import { batchMode, executionParameters } from "./encodeCalls.ts";
import { sessionManagerAbi } from "./generated/abi.ts";
import type { SignedOrder } from "./order.ts";
import { packSessionOf, proveCalls } from "./packOrder.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";

/** An order as ERC-7710 has it: what proves the authority, how to execute (ERC-7579), and the calls. */
export type Delegation = { context: Hex; mode: Hex; executionCalldata: Hex };

/** ERC-7579: one call, which reverts on failure. */
const singleMode: Hex = `0x${"00".repeat(32)}`;

/** `ISessionTypes.Delegation`. */
const contextParameters = [
  {
    type: "tuple",
    components: [
      { name: "session", type: "bytes" },
      { name: "nonce", type: "uint24" },
      { name: "deadline", type: "uint48" },
      { name: "gasLimit", type: "uint32" },
      { name: "scopes", type: "bytes[]" },
      { name: "proofs", type: "bytes[]" },
      { name: "signature", type: "bytes" },
      { name: "lease", type: "bytes" },
      { name: "approval", type: "bytes" },
    ],
  },
] as const;

/** The delegation that does what a signed order does. Throws `FieldInvalidError` if a call is not of the session. */
export function toDelegation({
  signedOrder: { order, signature, lease = "0x", approval = "0x" },
  session,
  scopes,
}: {
  signedOrder: SignedOrder;
  session: Session;
  /** All scopes of the session. */
  scopes: readonly Scope[];
}): Delegation {
  const { nonce, deadline, gasLimit, calls } = order;
  const parts = proveCalls(calls, scopes);
  const context = encodeAbiParameters(contextParameters, [
    {
      session: packSessionOf(order, session),
      nonce,
      deadline,
      gasLimit,
      scopes: parts.map(({ packedScope }) => packedScope),
      proofs: parts.map(({ proof }) => concatHex(proof)),
      signature,
      lease,
      approval,
    },
  ]);
  const [call] = calls;
  if (call !== undefined && calls.length === 1) {
    const value = toUintBytes(call.value, 32, "order.calls[0].value");
    return { context, mode: singleMode, executionCalldata: concatHex([call.target, value, call.data]) };
  }
  const batch = calls.map(({ target, value, data }) => ({ target, value, callData: data }));
  return { context, mode: batchMode, executionCalldata: encodeAbiParameters(executionParameters, [batch]) };
}

/** `SessionManager.redeemDelegations`, to be called by whoever may submit the orders. */
export function encodeRedeemDelegations(delegations: readonly Delegation[]): Hex {
  return encodeFunctionData({
    abi: sessionManagerAbi,
    functionName: "redeemDelegations",
    args: [
      delegations.map(({ context }) => context),
      delegations.map(({ mode }) => mode),
      delegations.map(({ executionCalldata }) => executionCalldata),
    ],
  });
}
