import { getAddress, size, type Address, type Hex } from "viem";
import { isByteHex } from "./byteWriter.ts";
import { EncodingError } from "./errors.ts";

export type ByteReader = {
  readBytes: (byteCount: number) => Hex;
  /** At most 6 bytes, so that a number holds it. */
  readNumber: (byteCount: number) => number;
  readBigint: (byteCount: number) => bigint;
  readAddress: () => Address;
  /** Bytes behind their own length, which takes `lengthByteCount` bytes. */
  readSizedBytes: (lengthByteCount: number) => Hex;
  /** Throws unless every byte has been read. */
  end: () => void;
};

/** Reads `bytes` from the front, and throws `EncodingError` at their end. `name` is for the message. */
export function createByteReader(bytes: Hex, name: string): ByteReader {
  if (!isByteHex(bytes)) throw new EncodingError(`A packed ${name} is bytes in hex`);
  const length = size(bytes);
  const digits = bytes.toLowerCase();
  let cursor = 0;

  function readBytes(byteCount: number): Hex {
    const end = cursor + byteCount;
    if (end > length) {
      throw new EncodingError(`The packed ${name} ends at byte ${length}, but its content at byte ${end} or later`);
    }
    const part: Hex = `0x${digits.slice(2 + 2 * cursor, 2 + 2 * end)}`;
    cursor = end;
    return part;
  }

  const readNumber = (byteCount: number): number => Number(readBytes(byteCount));
  return {
    readBytes,
    readNumber,
    readBigint: (byteCount) => BigInt(readBytes(byteCount)),
    readAddress: () => getAddress(readBytes(20)),
    readSizedBytes: (lengthByteCount) => readBytes(readNumber(lengthByteCount)),
    end() {
      if (cursor !== length) {
        throw new EncodingError(`The packed ${name} has ${length} bytes, but its content only ${cursor}`);
      }
    },
  };
}
