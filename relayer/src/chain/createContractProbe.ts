import type { Address } from "viem";
import { createBoundedMap } from "../createBoundedMap.ts";
import { ProblemError } from "../problem.ts";
import type { Rpc } from "./createRpc.ts";
import { RpcError } from "./rpcErrors.ts";

const rememberedMax = 10_000;

/**
 * Asks the chain whether an address is a contract. A yes is kept: what is deployed stays, and whatever a key's code says of
 * a signature is asked again in the simulation. A node that does not answer is `rpc-unavailable`, never a no.
 */
export function createContractProbe({ rpc }: { rpc: Pick<Rpc, "getCode"> }) {
  const known = createBoundedMap<Address, true>(rememberedMax);
  return async (address: Address): Promise<boolean> => {
    if (known.get(address) === true) return true;
    try {
      if ((await rpc.getCode(address)) === "0x") return false;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      throw new ProblemError("rpc-unavailable", "The session key's code could not be read", { cause: error });
    }
    known.set(address, true);
    return true;
  };
}
