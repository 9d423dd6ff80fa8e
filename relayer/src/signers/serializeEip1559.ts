import { numberToBytes, toRlp, type Address, type Hex, type Signature } from "viem";

/** What an EIP-1559 transaction without an access list says. Fees and value in wei. */
export type Eip1559 = {
  chainId: number;
  nonce: number;
  maxPriorityFeePerGas: bigint;
  maxFeePerGas: bigint;
  gas: bigint;
  to: Address;
  value: bigint;
  data: Hex;
};

const nothing = new Uint8Array();

/** As RLP has whole numbers: without leading zeros, and nothing for zero. */
const toBytes = (value: bigint | number): Uint8Array => (BigInt(value) === 0n ? nothing : numberToBytes(value));

/**
 * The transaction as it is hashed to be signed, or signed. As viem's `serializeTransaction`, but in bytes: a batch is long, and
 * that one makes a string of it byte by byte.
 */
export function serializeEip1559(transaction: Eip1559, signature?: Signature & { yParity: number }): Buffer {
  const { chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gas, to, value, data } = transaction;
  const fields = [
    ...[chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gas].map(toBytes),
    Buffer.from(to.slice(2), "hex"),
    toBytes(value),
    Buffer.from(data.slice(2), "hex"),
    [],
  ];
  const { yParity, r, s } = signature ?? {};
  const signed = r === undefined || s === undefined ? [] : [BigInt(yParity ?? 0), BigInt(r), BigInt(s)].map(toBytes);
  return Buffer.concat([Buffer.of(2), toRlp([...fields, ...signed], "bytes")]);
}
