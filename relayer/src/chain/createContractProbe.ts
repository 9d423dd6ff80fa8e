import type { Address } from "viem";
import { createBoundedMap } from "../createBoundedMap.ts";
import { ProblemError } from "../problem.ts";
import type { Indexer } from "./createIndexer.ts";
import type { Rpc } from "./createRpc.ts";
import { requireHead } from "./createSessionReader.ts";
import { RpcError } from "./rpcErrors.ts";

const rememberedMax = 10_000;

/**
 * Asks the chain whether an address is a contract. A yes is kept: what its code says of a signature is asked again in the
 * simulation. A no is kept for one block, so that forged signatures cost the node little. A node that does not answer is
 * `rpc-unavailable`, never a no.
 */
export function createContractProbe({
  rpc,
  indexer,
}: {
  rpc: Pick<Rpc, "getCode">;
  indexer: Pick<Indexer, "getHead">;
}) {
  /** By address: `true` for a contract, otherwise the hash of the block in which it was none. */
  const known = createBoundedMap<Address, true | string>(rememberedMax);
  return async (address: Address): Promise<boolean> => {
    const { hash } = requireHead(indexer);
    const answer = known.get(address);
    if (answer === true || answer === hash) return answer === true;
    try {
      const isContract = (await rpc.getCode(address)) !== "0x";
      known.set(address, isContract || hash);
      return isContract;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      throw new ProblemError("rpc-unavailable", "The session key's code could not be read", { cause: error });
    }
  };
}
