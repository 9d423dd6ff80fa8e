import { pad, serializeTransaction, type Hex } from "viem";
import { describe, expect, test } from "vitest";
import { serializeEip1559 } from "../src/signers/serializeEip1559.ts";

const base = {
  chainId: 31_337,
  nonce: 0,
  maxPriorityFeePerGas: 1n,
  maxFeePerGas: 2n,
  gas: 21_000n,
  to: "0x000000000000000000000000000000000000bEEF",
  value: 0n,
  data: "0x1234",
} as const;
const bytes = (length: number): Hex =>
  `0x${Buffer.from(Array.from({ length }, (_, at) => (at * 7) % 256)).toString("hex")}`;

/** Where RLP writes in another way: nothing, one byte below and above 0x80, and lengths that need bytes of their own. */
const transactions = [
  ["nothing but zeros", { ...base, chainId: 1, maxPriorityFeePerGas: 0n, maxFeePerGas: 0n, gas: 0n, data: "0x" }],
  ["one byte of data below 0x80", { ...base, data: "0x7f" }],
  ["one byte of data", { ...base, data: "0x80" }],
  ["numbers around a byte", { ...base, nonce: 127, maxPriorityFeePerGas: 128n, maxFeePerGas: 255n, gas: 256n }],
  ["great numbers", { ...base, nonce: 2 ** 40, maxFeePerGas: 2n ** 200n, value: 2n ** 255n }],
  ...[55, 56, 255, 256, 65_535, 65_536].map((length) => [`${length} bytes`, { ...base, data: bytes(length) }] as const),
] as const;

describe.each(transactions)("a transaction of %s", (_, transaction) => {
  test("is what viem has it be, unsigned", () => {
    expect(`0x${serializeEip1559(transaction).toString("hex")}`).toBe(
      serializeTransaction({ type: "eip1559", ...transaction }),
    );
  });

  test.each([0, 1])("is what viem has it be, signed with parity %i", (yParity) => {
    for (const [r, s] of [
      [bytes(32), bytes(32)],
      // Numbers, though written with zeros in front.
      [pad("0x01", { size: 32 }), pad("0xabcd", { size: 32 })],
    ] as const) {
      const signature = { r, s, yParity };
      expect(`0x${serializeEip1559(transaction, signature).toString("hex")}`).toBe(
        serializeTransaction({ type: "eip1559", ...transaction }, signature),
      );
    }
  });
});
