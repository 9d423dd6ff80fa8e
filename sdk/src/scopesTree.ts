import { concatHex, keccak256, type Hex } from "viem";
import { FieldInvalidError } from "./errors.ts";
import { hashScope } from "./hashScope.ts";
import type { Scope } from "./scope.ts";

/** The Merkle root over `scopes`, in whatever order they come. One scope: its leaf. */
export function toScopesRoot(scopes: readonly Scope[]): Hex {
  return toRoot(toLeaves(scopes));
}

/** The siblings of `leaf`, from the leaf up. */
export function getScopeProof(scopes: readonly Scope[], leaf: Hex): Hex[] {
  let level = toLeaves(scopes);
  let index = level.indexOf(leaf.toLowerCase() as Hex);
  if (index < 0) throw new FieldInvalidError("leaf", `${leaf} is not the leaf of a scope`);
  const proof: Hex[] = [];
  while (level.length > 1) {
    const sibling = level[index ^ 1];
    // A last one without a neighbour moves up unchanged.
    if (sibling !== undefined) proof.push(sibling);
    level = toParents(level);
    index >>= 1;
  }
  return proof;
}

/** What `proof` says the root is. */
export function toRootOfProof(leaf: Hex, proof: readonly Hex[]): Hex {
  return proof.reduce(hashPair, leaf);
}

/** `scopes` in the order of their leaves, as `grant` takes them. Throws on two equal ones. */
export function sortScopes(scopes: readonly Scope[]): Scope[] {
  const entries = scopes.map((scope) => ({ scope, leaf: hashScope(scope) }));
  entries.sort((a, b) => (a.leaf < b.leaf ? -1 : a.leaf > b.leaf ? 1 : 0));
  entries.forEach(({ leaf }, index) => {
    if (entries[index + 1]?.leaf === leaf) throw new FieldInvalidError("scopes", "has the same scope twice");
  });
  return entries.map(({ scope }) => scope);
}

function toLeaves(scopes: readonly Scope[]): Hex[] {
  if (scopes.length === 0) throw new FieldInvalidError("scopes", "is empty");
  // Lower-case hex of one length: the order of strings is the order of numbers.
  return scopes.map(hashScope).toSorted();
}

function toRoot(leaves: Hex[]): Hex {
  let level = leaves;
  while (level.length > 1) level = toParents(level);
  const [root] = level;
  if (root === undefined) throw new FieldInvalidError("scopes", "is empty");
  return root;
}

function toParents(level: readonly Hex[]): Hex[] {
  const parents: Hex[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i], level[i + 1]];
    if (left !== undefined) parents.push(right === undefined ? left : hashPair(left, right));
  }
  return parents;
}

function hashPair(a: Hex, b: Hex): Hex {
  return keccak256(a < b ? concatHex([a, b]) : concatHex([b, a]));
}
