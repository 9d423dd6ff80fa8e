import { zeroAddress, type Hex } from "viem";
import { createByteReader, type ByteReader } from "./byteReader.ts";
import { EncodingError } from "./errors.ts";
import { ruleOps, spendMethods, type Rule, type Scope } from "./scope.ts";

/** Reads packed bytes; throws `EncodingError` unless they are the one canonical form of a scope. */
export function unpackScope(packed: Hex): Scope {
  const reader = createByteReader(packed, "scope");
  const flags = reader.readNumber(1);
  if (flags >> 4 !== 0) throw new EncodingError("The packed scope sets flags that mean nothing");
  const spendMethod = spendMethods[(flags >> 1) & 3];
  if (spendMethod === undefined) throw new EncodingError("The packed scope names an unknown spend method");
  const ruleCount = reader.readNumber(1);
  const target = reader.readAddress();
  const selector = reader.readBytes(4);
  const maxValue = (flags & 1) !== 0 ? present(reader.readBigint(16), 0n, "maxValue") : 0n;
  const spendToken = spendMethod === "none" ? zeroAddress : present(reader.readAddress(), zeroAddress, "spendToken");
  const policy = (flags & 8) !== 0 ? present(reader.readAddress(), zeroAddress, "policy") : zeroAddress;
  const rules = Array.from({ length: ruleCount }, () => readRule(reader));
  reader.end();
  return { target, selector, maxValue, spendToken, spendMethod, policy, rules };
}

function readRule(reader: ByteReader): Rule {
  const op = ruleOps[reader.readNumber(1)];
  if (op === undefined) throw new EncodingError("The packed scope has a rule with an unknown operator");
  const offset = reader.readNumber(2);
  const count = op === "oneOf" ? reader.readNumber(1) : op === "isAccount" ? 0 : 1;
  if (op === "oneOf" && (count < 1 || count > 16)) {
    throw new EncodingError(`The packed scope has a rule with ${count} values; oneOf takes 1 to 16`);
  }
  return { op, offset, values: Array.from({ length: count }, () => reader.readBytes(32)) };
}

/** A field whose flag is set must not hold what an absent field means: one scope, one leaf. */
function present<T>(value: T, absent: T, field: string): T {
  if (value === absent) throw new EncodingError(`The packed scope flags its ${field} as present, but it is empty`);
  return value;
}
