import { admitCall, type Order } from "@latchkey/sdk";
import { isAddressEqual, type Address, type Hex } from "viem";
import type { ProvenScope, SessionContent } from "./createContentStore.ts";
import { toRefusal } from "./toRefusal.ts";

/** The scope of each call. Throws the refusal of the first call that its scope does not admit, as the manager would. */
export function checkCalls(order: Order, content: SessionContent, manager: Address): ProvenScope[] {
  const { account } = content.session;
  return order.calls.map((call, callIndex) => {
    const proven = content.getScope(call.scope.toLowerCase() as Hex);
    // A scope is of one target: a call to another one is not of that scope.
    if (proven === undefined || !isAddressEqual(proven.scope.target, call.target)) {
      throw toRefusal({ name: "ScopeNotGranted", args: [BigInt(callIndex), call.scope] });
    }
    const refusal = admitCall({ account, scope: proven.scope, call, callIndex, manager });
    if (refusal !== undefined) throw toRefusal({ name: refusal.error, args: refusal.args });
    return proven;
  });
}
