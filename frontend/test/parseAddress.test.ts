import { describe, expect, it } from "vitest";
import { parseAddress } from "../src/lib/parseAddress.ts";
import { owner } from "./fixtures.ts";

describe("parseAddress", () => {
  it.each([owner, owner.toLowerCase(), ` ${owner} `])("reads %j", (text) => {
    expect(parseAddress(text)).toEqual({ ok: true, value: owner });
  });

  it("refuses a wrong checksum", () => {
    expect(parseAddress(owner.replace("C5", "c5"))).toEqual({
      ok: false,
      problem: "The checksum is wrong: a character may be mistyped.",
    });
  });

  it("warns of a private key instead of taking it", () => {
    const parsed = parseAddress(`0x${"ab".repeat(32)}`);
    expect(parsed.ok ? "" : parsed.problem).toContain("private key");
  });

  it.each(["", "0x12", "vitalik.eth"])("refuses %j", (text) => {
    expect(parseAddress(text).ok).toBe(false);
  });
});
