import { concatHex, isAddress, isHex, numberToHex, size, type Hex } from "viem";
import { FieldInvalidError } from "./errors.ts";

/** Big-endian, without padding; refuses what a field cannot hold. */
export function toUintBytes(value: bigint | number, byteCount: number, path: string): Hex {
  const fits =
    (typeof value === "bigint" || Number.isSafeInteger(value)) &&
    value >= 0 &&
    BigInt(value) < 1n << BigInt(8 * byteCount);
  if (!fits) throw new FieldInvalidError(path, `is ${value}, which is not an unsigned ${8 * byteCount}-bit number`);
  return numberToHex(value, { size: byteCount });
}

export function toAddressBytes(value: string, path: string): Hex {
  if (!isAddress(value, { strict: false })) throw new FieldInvalidError(path, `is ${value}, which is not an address`);
  return value;
}

/** `value`, which must have exactly `byteCount` bytes. */
export function toFixedBytes(value: string, byteCount: number, path: string): Hex {
  if (!isByteHex(value) || size(value) !== byteCount) {
    throw new FieldInvalidError(path, `is ${value}, which is not ${byteCount} bytes`);
  }
  return value;
}

/** Length in `lengthByteCount` bytes, then the bytes. */
export function toSizedBytes(value: string, lengthByteCount: number, path: string): Hex {
  if (!isByteHex(value)) throw new FieldInvalidError(path, "is not bytes in hex");
  return concatHex([toUintBytes(size(value), lengthByteCount, `length of ${path}`), value]);
}

/** Whether `value` is hex of whole bytes. */
export function isByteHex(value: string): value is Hex {
  return isHex(value) && value.length % 2 === 0;
}
