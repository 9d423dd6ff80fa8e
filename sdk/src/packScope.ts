import { concatHex, zeroAddress, type Hex } from "viem";
import { toAddressBytes, toFixedBytes, toUintBytes } from "./byteWriter.ts";
import { FieldInvalidError } from "./errors.ts";
import { ruleOps, spendMethods, type Rule, type Scope } from "./scope.ts";

/** The canonical bytes of a scope, as in `docs/encoding.md`. */
export function packScope(scope: Scope): Hex {
  const method = spendMethods.indexOf(scope.spendMethod);
  if (method < 0) throw new FieldInvalidError("scope.spendMethod", `is ${scope.spendMethod}`);
  const spendToken = toAddressBytes(scope.spendToken, "scope.spendToken");
  if ((method === 0) !== (spendToken === zeroAddress)) {
    throw new FieldInvalidError("scope.spendToken", `is ${spendToken} with the spend method ${scope.spendMethod}`);
  }
  const policy = toAddressBytes(scope.policy, "scope.policy");
  const hasPolicy = policy !== zeroAddress;
  const flags = (scope.maxValue !== 0n ? 1 : 0) | (method << 1) | (hasPolicy ? 1 << 3 : 0);
  return concatHex([
    toUintBytes(flags, 1, "scope flags"),
    toUintBytes(scope.rules.length, 1, "number of scope.rules"),
    toAddressBytes(scope.target, "scope.target"),
    toFixedBytes(scope.selector, 4, "scope.selector"),
    scope.maxValue !== 0n ? toUintBytes(scope.maxValue, 16, "scope.maxValue") : "0x",
    method !== 0 ? spendToken : "0x",
    hasPolicy ? policy : "0x",
    ...scope.rules.map((rule, index) => packRule(rule, `scope.rules[${index}]`)),
  ]).toLowerCase() as Hex;
}

function packRule(rule: Rule, path: string): Hex {
  const op = ruleOps.indexOf(rule.op);
  if (op < 0) throw new FieldInvalidError(`${path}.op`, `is ${rule.op}`);
  const count = rule.values.length;
  if (rule.op === "oneOf" ? count < 1 || count > 16 : count !== (rule.op === "isAccount" ? 0 : 1)) {
    throw new FieldInvalidError(`${path}.values`, `has ${count} entries, which ${rule.op} does not take`);
  }
  return concatHex([
    toUintBytes(op, 1, `${path}.op`),
    toUintBytes(rule.offset, 2, `${path}.offset`),
    rule.op === "oneOf" ? toUintBytes(count, 1, `number of ${path}.values`) : "0x",
    ...rule.values.map((value, index) => toFixedBytes(value, 32, `${path}.values[${index}]`)),
  ]);
}
