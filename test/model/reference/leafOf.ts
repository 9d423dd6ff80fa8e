import type { Hex } from "viem";
import { hashScope, type Scope } from "@latchkey/sdk";

const leaves = new WeakMap<Scope, Hex>();

/** The leaf of a scope, hashed once: scopes are never written to. */
export function leafOf(scope: Scope): Hex {
  const known = leaves.get(scope);
  if (known !== undefined) return known;
  const leaf = hashScope(scope);
  leaves.set(scope, leaf);
  return leaf;
}
