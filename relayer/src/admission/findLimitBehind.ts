import { toErrorSentence, type ErrorSentence } from "@latchkey/sdk";
import { encodeFunctionData, erc20Abi, isAddressEqual, maxUint256 } from "viem";
import type { Head } from "../chain/createIndexer.ts";
import { toSpent, type Measurement } from "./createMeasurement.ts";
import type { SimulationInput } from "./createSimulation.ts";

/**
 * A target pulls at most what the limits have left, so one that wants more fails in its own words. If the call runs when
 * it may pull anything, and then takes more than is left, the limit is what decides.
 */
export async function findLimitBehind(
  reason: ErrorSentence,
  { content, order, scopes, state }: Pick<SimulationInput, "content" | "order" | "scopes" | "state">,
  head: Head,
  measurement: Measurement,
): Promise<ErrorSentence> {
  if (reason.name !== "CallReverted") return reason;
  const index = Number(reason.args[0]);
  const [call, scope] = [order.calls[index], scopes[index]?.scope];
  if (call === undefined || scope?.spendMethod !== "allowance") return reason;
  const { account, limits } = content.session;
  const approve = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [call.target, maxUint256] });
  const measured = await measurement.measure(
    [
      { from: account, to: scope.spendToken, data: approve },
      { from: account, to: call.target, data: call.data },
    ],
    head,
  );
  const run = measured?.[1];
  if (run?.status !== "0x1") return reason;
  const taken = toSpent(run, account)(scope.spendToken);
  for (const [limitIndex, limit] of limits.entries()) {
    const left = state.remaining[limitIndex] ?? 0n;
    if (!isAddressEqual(limit.token, scope.spendToken) || taken <= left) continue;
    const args = [BigInt(limitIndex), limit.token, limit.amount - left + taken, limit.amount];
    return toErrorSentence({ name: "LimitExceeded", args });
  }
  return reason;
}
