import { concatHex, keccak256, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import {
  createScopesTree,
  FieldInvalidError,
  getScopeProof,
  hashScope,
  packScope,
  sortScopes,
  toRootOfProof,
  toScopesRoot,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createRandom, createRandomScope, type Random } from "./support/random.ts";

const createScopes = (random: Random, count: number) => random.list(count, () => createRandomScope(random));
const pair = (a: Hex, b: Hex): Hex => keccak256(concatHex(a < b ? [a, b] : [b, a]));

describe("scopesTree", () => {
  it("has the leaf of a single scope as root, and an empty proof", () => {
    const [scope] = createScopes(createRandom(40), 1);
    if (scope === undefined) throw new Error("unreachable");
    expect(toScopesRoot([scope])).toBe(hashScope(scope));
    expect(getScopeProof([scope], hashScope(scope))).toEqual([]);
  });

  it("moves a last node without a neighbour up unchanged", () => {
    const scopes = createScopes(createRandom(41), 3);
    const [a, b, c] = scopes.map(hashScope).toSorted() as [Hex, Hex, Hex];
    expect(toScopesRoot(scopes)).toBe(pair(pair(a, b), c));
    expect(getScopeProof(scopes, c)).toEqual([pair(a, b)]);
    expect(getScopeProof(scopes, a)).toEqual([b, c]);
  });

  it("proves every leaf of trees of 1 to 17 scopes, in whatever order the scopes come", () => {
    const random = createRandom(42);
    for (let count = 1; count <= 17; count += 1) {
      const scopes = createScopes(random, count);
      const root = toScopesRoot(scopes);
      expect(toScopesRoot(scopes.toReversed())).toBe(root);
      for (const leaf of scopes.map(hashScope)) {
        expect(toRootOfProof(leaf, getScopeProof(scopes, leaf))).toBe(root);
      }
    }
  });

  it("finds every scope by its leaf, in whatever case, with its packed bytes and proof, and no other", () => {
    const random = createRandom(45);
    const scopes = createScopes(random, 11);
    const tree = createScopesTree(scopes);
    expect(tree.root).toBe(toScopesRoot(scopes));
    for (const scope of scopes) {
      const leaf = hashScope(scope);
      const found = { scope, packedScope: packScope(scope), proof: getScopeProof(scopes, leaf) };
      expect(tree.find(leaf)).toEqual(found);
      expect(tree.find(`0x${leaf.slice(2).toUpperCase()}`)).toEqual(found);
    }
    expect(tree.find(random.bytes(32))).toBeUndefined();
  });

  it("does not prove a scope that is not in it", () => {
    const random = createRandom(43);
    const scopes = createScopes(random, 5);
    const stranger = hashScope(createRandomScope(random));
    expect(attempt(() => getScopeProof(scopes, stranger))).toBeInstanceOf(FieldInvalidError);
    for (const leaf of scopes.map(hashScope)) {
      expect(toRootOfProof(stranger, getScopeProof(scopes, leaf))).not.toBe(toScopesRoot(scopes));
    }
  });

  it("sorts by leaf, and refuses duplicates and no scopes at all", () => {
    const scopes = createScopes(createRandom(44), 10);
    const leaves = sortScopes(scopes).map(hashScope);
    expect(leaves).toEqual(leaves.toSorted());
    expect(attempt(() => sortScopes([...scopes, ...scopes.slice(0, 1)]))).toBeInstanceOf(FieldInvalidError);
    expect(attempt(() => toScopesRoot([]))).toBeInstanceOf(FieldInvalidError);
  });
});
