import { isHex, numberToHex, type Address, type Hex } from "viem";
import type { Rpc } from "../chain/createRpc.ts";
import { CallRevertedError, findRevertData, RpcError } from "../chain/rpcErrors.ts";

/**
 * Gas of a call of the manager that is no order, with a quarter to spare, since the state may be another when it runs.
 * Throws `CallRevertedError` if it would revert, and `RpcError` if the node cannot say.
 */
export async function measureControl(
  rpc: Pick<Rpc, "call" | "request">,
  { from, manager, data, gasMax }: { from: Address; manager: Address; data: Hex; gasMax: number },
): Promise<number> {
  await rpc.call({ from, to: manager, data, gas: BigInt(gasMax) }, "latest");
  const request = { from, to: manager, data, gas: numberToHex(gasMax) };
  // Of the newest block too: what a node takes without one has what waits to be mined, such as the same call.
  const answer = await rpc.request("eth_estimateGas", [request, "latest"]).catch((error: unknown) => {
    // A block in between may have changed what the first answer was of.
    const reverted = findRevertData(error);
    throw reverted === undefined ? error : new CallRevertedError(reverted);
  });
  if (!isHex(answer)) throw new RpcError("eth_estimateGas", `The node answered ${JSON.stringify(answer)}`);
  return Math.min(gasMax, Math.ceil(Number(answer) * 1.25) + 10_000);
}
