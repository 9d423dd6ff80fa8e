import type { Hex } from "viem";
import { describe, expect, it } from "vitest";
import { parseCloneOwner } from "../src/lib/accountQueries.ts";
import { owner, recipient, router } from "./fixtures.ts";

const toClone = (implementation: Hex, argument: string): Hex =>
  `0x363d3d373d3d3d363d73${implementation.slice(2)}5af43d82803e903d91602b57fd5bf3${argument}`;

describe("parseCloneOwner", () => {
  it("reads the owner behind the code of a clone", () => {
    expect(parseCloneOwner(toClone(router, owner.slice(2).toLowerCase()), router)).toBe(owner);
  });

  it.each([
    ["no code", undefined],
    ["a clone of something else", toClone(recipient, owner.slice(2))],
    ["a clone without an owner", toClone(router, "")],
    ["any other contract", "0x6000"],
  ] satisfies [string, Hex | undefined][])("takes %s for no session account", (_, code) => {
    expect(parseCloneOwner(code, router)).toBeUndefined();
  });
});
