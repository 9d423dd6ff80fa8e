import { concatHex, keccak256, type Hex } from "viem";
import { FieldInvalidError } from "./errors.ts";
import { hashPackedScope, hashScope } from "./hashScope.ts";
import { packScope } from "./packScope.ts";
import type { Scope } from "./scope.ts";

/** The Merkle root over `scopes`, in whatever order they come. One scope: its leaf. */
export function toScopesRoot(scopes: readonly Scope[]): Hex {
  return createScopesTree(scopes).root;
}

/** The siblings of `leaf`, from the leaf up. */
export function getScopeProof(scopes: readonly Scope[], leaf: Hex): Hex[] {
  const found = createScopesTree(scopes).find(leaf);
  if (found === undefined) throw new FieldInvalidError("leaf", `${leaf} is not the leaf of a scope`);
  return found.proof;
}

/** A scope by its leaf. */
export type ProvenScope = {
  scope: Scope;
  packedScope: Hex;
  /** Siblings of the leaf, from the leaf up. */
  proof: Hex[];
};

export type ScopesTree = { root: Hex; find: (leaf: Hex) => ProvenScope | undefined };

/** Packs and hashes `scopes` once, to find many of them. Throws on none at all. */
export function createScopesTree(scopes: readonly Scope[]): ScopesTree {
  const packed = scopes.map((scope) => ({ scope, packedScope: packScope(scope) }));
  const leaves = packed.map(({ packedScope }) => hashPackedScope(packedScope));
  const entries = new Map(packed.map((entry, index) => [leaves[index], entry]));
  // Lower-case hex of one length: the order of strings is the order of numbers.
  const levels = toLevels(leaves.toSorted());
  const [root] = levels.at(-1) ?? [];
  if (root === undefined) throw new FieldInvalidError("scopes", "is empty");
  const positions = new Map(levels[0]?.map((leaf, index) => [leaf, index]));

  function toProof(position: number): Hex[] {
    return levels.flatMap((level, height) => {
      // A last one without a neighbour moves up unchanged; the root has none.
      const sibling = level[(position >> height) ^ 1];
      return sibling === undefined ? [] : [sibling];
    });
  }

  return {
    root,
    find(leaf) {
      const key = leaf.toLowerCase() as Hex;
      const [entry, position] = [entries.get(key), positions.get(key)];
      return entry === undefined || position === undefined ? undefined : { ...entry, proof: toProof(position) };
    },
  };
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

/** From the leaves to the root. */
function toLevels(leaves: Hex[]): Hex[][] {
  const levels = [leaves];
  for (let level = leaves; level.length > 1; levels.push(level)) level = toParents(level);
  return levels;
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
