import { concatHex, keccak256, stringToHex, type Hex } from "viem";
import { packScope } from "./packScope.ts";
import type { Scope } from "./scope.ts";

const scopeTag = keccak256(stringToHex("Latchkey.Scope.v1"));

/** The leaf of a scope: what a signed call names. */
export function hashScope(scope: Scope): Hex {
  return hashPackedScope(packScope(scope));
}

/** The leaf of a scope, from its packed bytes. */
export function hashPackedScope(packed: Hex): Hex {
  return keccak256(concatHex([scopeTag, keccak256(packed)]));
}
