import { concatHex, encodeAbiParameters, numberToHex, type Hex } from "viem";
import { executionParameters } from "@latchkey/sdk";
import type { Submission } from "../reference/operation.ts";
import type { EncodedSubmission } from "./encodeSubmission.ts";

/** `ISessionTypes.Delegation`. */
const delegationParameters = [
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

const singleMode: Hex = `0x${"00".repeat(32)}`;
const batchMode: Hex = `0x01${"00".repeat(31)}`;

/** The arguments of `redeemDelegations` that redeem one submission. */
export function encodeDelegation(submission: Submission, encoded: EncodedSubmission): readonly (readonly Hex[])[] {
  const { calls } = encoded.order;
  const { nonce, deadline, gasLimit } = submission;
  const context = encodeAbiParameters(delegationParameters, [{ ...encoded, nonce, deadline, gasLimit }]);
  const [first] = calls;
  if (first !== undefined && calls.length === 1) {
    const { target, value, data } = first;
    return [[context], [singleMode], [concatHex([target, numberToHex(value, { size: 32 }), data])]];
  }
  const executions = calls.map(({ target, value, data }) => ({ target, value, callData: data }));
  return [[context], [batchMode], [encodeAbiParameters(executionParameters, [executions])]];
}
