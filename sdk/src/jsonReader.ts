import { getAddress, isAddress, size, type Address, type Hex } from "viem";
import { isByteHex } from "./byteWriter.ts";
import { FieldInvalidError } from "./errors.ts";

/** Reads one value of parsed JSON; throws `FieldInvalidError` with `path`. */
export type ReadJson<T> = (value: unknown, path: string) => T;

/** An object's fields. Unknown ones are refused when `fields` names all there may be. */
export function readObject(value: unknown, path: string, fields?: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) throw new FieldInvalidError(path, "is not an object");
  const unknown = fields && Object.keys(value).find((key) => !fields.includes(key));
  if (unknown !== undefined) throw new FieldInvalidError(`${path}.${unknown}`, "is not a known field");
  return value;
}

export function readList<T>(value: unknown, path: string, read: ReadJson<T>): T[] {
  if (!Array.isArray(value)) throw new FieldInvalidError(path, "is not a list");
  return value.map((entry: unknown, index) => read(entry, `${path}[${index}]`));
}

export function readString(value: unknown, path: string): string {
  if (typeof value !== "string") throw new FieldInvalidError(path, "is not a string");
  return value;
}

export function readBoolean(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw new FieldInvalidError(path, "is not true or false");
  return value;
}

/** An unsigned whole number of at most `bits` bits. */
export function readNumber(value: unknown, path: string, bits = 53): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new FieldInvalidError(path, `is not an unsigned ${bits}-bit number`);
  }
  return value;
}

/** An unsigned whole number of at most `bits` bits, as a decimal string. */
export function readBigint(value: unknown, path: string, bits = 256): bigint {
  if (typeof value !== "string" || !/^(0|[1-9]\d{0,77})$/.test(value) || BigInt(value) >= 1n << BigInt(bits)) {
    throw new FieldInvalidError(path, `is not an unsigned ${bits}-bit number as a decimal string`);
  }
  return BigInt(value);
}

export function readAddress(value: unknown, path: string): Address {
  if (typeof value !== "string" || !isAddress(value, { strict: false })) {
    throw new FieldInvalidError(path, "is not an address");
  }
  return getAddress(value);
}

/** Bytes in hex, in lower case: `byteCount` of them, if given. */
export function readHex(value: unknown, path: string, byteCount?: number): Hex {
  if (typeof value !== "string" || !isByteHex(value) || (byteCount !== undefined && size(value) !== byteCount)) {
    throw new FieldInvalidError(
      path,
      byteCount === undefined ? "is not bytes in hex" : `is not ${byteCount} bytes in hex`,
    );
  }
  return value.toLowerCase() as Hex;
}

export function readOneOf<T extends string>(value: unknown, path: string, names: readonly T[]): T {
  const name = names.find((candidate) => candidate === value);
  if (name === undefined) throw new FieldInvalidError(path, `is not one of ${names.join(", ")}`);
  return name;
}

/** `undefined` for a field that is absent or null. */
export function readOptional<T>(value: unknown, path: string, read: ReadJson<T>): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
