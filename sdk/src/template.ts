import type { Address } from "viem";
import type { Scope } from "./scope.ts";
import type { Limit } from "./session.ts";

/** What a template contributes to a session. Those of several templates may be concatenated. */
export type Template = { scopes: Scope[]; limits: Limit[] };

/** At most `amount`, in the token's smallest unit, per `period` seconds; 0 = the session's lifetime. */
export function toGrossLimit(token: Address, amount: bigint, period: number): Limit {
  return { token, amount, period, approveAbove: 0n, kind: "gross" };
}
