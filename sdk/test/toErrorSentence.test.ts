import { encodeErrorResult, getAddress, toFunctionSelector, type Abi, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import {
  LatchkeyError,
  sessionAccountAbi,
  sessionAccountFactoryAbi,
  sessionManagerAbi,
  toErrorSentence,
  universalRouterPolicyAbi,
  universalRouterPolicyFactoryAbi,
} from "../src/index.ts";

type AbiError = Extract<Abi[number], { type: "error" }>;

const abi: Abi = [
  ...sessionManagerAbi,
  ...sessionAccountAbi,
  ...sessionAccountFactoryAbi,
  ...universalRouterPolicyAbi,
  ...universalRouterPolicyFactoryAbi,
];
const errors = abi.filter((item): item is AbiError => item.type === "error");
const token = getAddress(`0x${"a1".repeat(20)}`);
const reason = encodeErrorResult({
  abi: [{ type: "error", name: "Error", inputs: [{ name: "message", type: "string" }] }],
  args: ["STF"],
});

/** A value of a type that shows in a sentence, and how. */
const samples: Readonly<Record<string, { value: unknown; shown: RegExp }>> = {
  address: { value: token, shown: new RegExp(token) },
  bytes1: { value: "0x7f", shown: /0x7f/ },
  bytes4: { value: "0xdeadbeef", shown: /0xdeadbeef/ },
  bytes32: { value: `0x${"ab".repeat(32)}`, shown: /0x(ab){32}/ },
  string: { value: "someField", shown: /someField/ },
  uint8: { value: 2, shown: /suspended|permit2|0x02/ },
  uint104: { value: 31_337n, shown: /31,?337/ },
  uint24: { value: 4242, shown: /4,?242|4,?241/ },
  uint32: { value: 77, shown: /77|1 minute 17 seconds|0x4d/ },
  uint48: { value: 1_795_521_600, shown: /24 Nov 2026|1795521600|20781 days|20,781 days/ },
  uint256: { value: 31_337n, shown: /31,?33[78]/ },
};
describe("toErrorSentence", () => {
  it.each(errors.map((item) => [item.name, item] as const))("has a sentence with the values of %s", (name, item) => {
    const args = item.inputs.map((input) => (input.type === "bytes" ? reason : samples[input.type]?.value));
    expect(args).not.toContain(undefined);
    const data = encodeErrorResult({ abi: [item], errorName: name, args });
    const explained = toErrorSentence(data);
    expect(explained.name).toBe(name);
    expect(explained.args).toEqual(args);
    expect(explained.sentence).toMatch(/^\S.*[.:]$/s);
    expect(explained.sentence).not.toMatch(/undefined|\[object|refused with/);
    const shown = item.inputs.filter((input) => input.type !== "bytes");
    for (const input of shown) expect(explained.sentence).toMatch(samples[input.type]?.shown ?? /never/);
    // A refusal, a decoded error, and one that has been through JSON say the same.
    expect(toErrorSentence({ error: name, args })).toEqual(explained);
    const json = args.map((arg) => (typeof arg === "bigint" ? arg.toString() : arg));
    expect(toErrorSentence({ name, args: json })).toEqual(explained);
  });

  it("names the error of a bare selector, as executeBatch answers", () => {
    const limitExceeded = toFunctionSelector("function LimitExceeded(uint256,address,uint256,uint256)");
    expect(toErrorSentence(limitExceeded)).toEqual({
      name: "LimitExceeded",
      args: [],
      sentence: "It was refused with LimitExceeded.",
    });
    expect(toErrorSentence(toFunctionSelector("function EncodingInvalid()"))).toMatchObject({
      name: "EncodingInvalid",
    });
  });

  it("says why a policy rejected a call", () => {
    const why = encodeErrorResult({ abi: universalRouterPolicyAbi, errorName: "TokenNotAllowed", args: [1n, token] });
    const { sentence } = toErrorSentence(
      { error: "PolicyRejected", args: [0n, token, why] },
      { labels: { [token]: "DAI" } },
    );
    expect(sentence).toBe(
      "Call number 1 was rejected by the policy DAI: Command number 2 of the route trades DAI, which its policy does not list.",
    );
  });

  it("uses symbols and decimals of known tokens, however they are given", () => {
    const refusal = { error: "LimitExceeded", args: [0n, token, 150_500_000n, 100_000_000n] };
    const sentence = "The order would bring spending under limit number 1 to 150.5 USDC, above its 100 USDC.";
    expect(toErrorSentence(refusal, { tokens: { [token.toLowerCase()]: usdc } }).sentence).toBe(sentence);
    expect(toErrorSentence(refusal, { tokens: [{ address: token, ...usdc }] }).sentence).toBe(sentence);
  });

  it("says why a call reverted, as far as the target says", () => {
    const explain = (inner: Hex) => toErrorSentence({ error: "CallReverted", args: [0n, inner] }).sentence;
    const lead = "Call number 1 was refused by the contract it called: ";
    expect(explain(reason)).toBe(
      `${lead}"STF": the token could not be taken from the account (too little balance or allowance).`,
    );
    expect(explain("0x")).toBe(`${lead}It failed without saying why.`);
    expect(explain("0x12345678")).toBe(`${lead}It failed with 0x12345678.`);
  });

  it("shows what it does not know", () => {
    expect(toErrorSentence("0x1234567890")).toEqual({
      name: "Unknown",
      args: [],
      sentence: "It failed with 0x1234567890.",
    });
    expect(toErrorSentence({ name: "Mystery", args: [1n] }).sentence).toBe("It was refused with Mystery(1).");
    expect(toErrorSentence({ name: "NonceUsed", args: ["soon"] }).sentence).toBe(
      "It was refused with NonceUsed(soon).",
    );
    // Cut off after 256 bytes, as the manager does.
    expect(toErrorSentence("0x08c379a000000000").sentence).toContain("0x08c379a000000000");
  });

  it("keeps the words of other errors", () => {
    expect(toErrorSentence(new LatchkeyError("no key"))).toMatchObject({ name: "LatchkeyError", sentence: "no key" });
    expect(toErrorSentence(new Error("boom"))).toEqual({ name: "Unknown", args: [], sentence: "boom" });
  });
});

const usdc = { symbol: "USDC", decimals: 6 };
