import {
  decodeFunctionResult,
  encodeFunctionData,
  hashMessage,
  hexToBytes,
  parseAbi,
  size,
  type Address,
  type Hex,
} from "viem";
import type { Rpc } from "../chain/createRpc.ts";
import { CallRevertedError, RpcError } from "../chain/rpcErrors.ts";
import { ProblemError } from "../problem.ts";
import { recoverAddress } from "../recoverAddress.ts";

export type VerifyMessage = (input: { address: Address; message: Hex; signature: Hex }) => Promise<boolean>;

const abi = parseAbi(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);
const magicValue = "0x1626ba7e";

/**
 * Whether a message is signed (EIP-191) by an account: its key's signature, or ERC-1271 of its contract, which is asked
 * only if the signature is not the key's. Throws `rpc-unavailable` if the node cannot say.
 */
export function createMessageVerifier({ rpc }: { rpc: Pick<Rpc, "call"> }): VerifyMessage {
  return async ({ address, message, signature }) => {
    const digest = hashMessage({ raw: message });
    if (recover(digest, signature) === address.toLowerCase()) return true;
    const data = encodeFunctionData({ abi, functionName: "isValidSignature", args: [digest, signature] });
    try {
      const answer = await rpc.call({ to: address, data, gas: 1_000_000n }, "latest");
      // Without code the answer is empty.
      if (size(answer) < 32) return false;
      return decodeFunctionResult({ abi, functionName: "isValidSignature", data: answer }) === magicValue;
    } catch (cause) {
      if (cause instanceof CallRevertedError) return false;
      if (cause instanceof RpcError) {
        throw new ProblemError("rpc-unavailable", "The account could not be asked about the request's signature", {
          cause,
        });
      }
      throw cause;
    }
  };
}

function recover(digest: Hex, signature: Hex): string | undefined {
  if (size(signature) !== 65) return undefined;
  const bytes = hexToBytes(signature);
  const v = bytes[64] ?? 0;
  const recovery = v >= 27 ? v - 27 : v;
  if (recovery !== 0 && recovery !== 1) return undefined;
  // Of nobody's key it may still be a contract's signature.
  return recoverAddress(hexToBytes(digest), bytes.subarray(0, 64), recovery);
}
