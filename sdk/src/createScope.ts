import { pad, size, toFunctionSelector, toHex, zeroAddress, type Address, type Hex } from "viem";
import { isByteHex } from "./byteWriter.ts";
import { FieldInvalidError } from "./errors.ts";
import { packScope } from "./packScope.ts";
import type { RuleOp, Scope, SpendMethod } from "./scope.ts";
import { unpackScope } from "./unpackScope.ts";

export type RuleInput = {
  op: RuleOp;
  /** Position of the argument's word, from 0: the nth argument if all before it are static. Or give `offset`. */
  argument?: number;
  /** Bytes after the selector at which the word starts. */
  offset?: number;
  /** Numbers, addresses, or up to 32 bytes, which are padded on the left. */
  values?: readonly (bigint | Hex)[];
};

export type ScopeInput = {
  target: Address;
  /** `transfer(address,uint256)`, or 4 bytes. Left out: plain transfer of the native token. */
  function?: string;
  maxValue?: bigint;
  spendToken?: Address;
  /** Default: `allowance` if there is a `spendToken`. */
  spendMethod?: SpendMethod;
  policy?: Address;
  rules?: readonly RuleInput[];
};

/** A scope with every field filled; throws `FieldInvalidError` on what a scope cannot hold. */
export function createScope(input: ScopeInput): Scope {
  const spendToken = input.spendToken ?? zeroAddress;
  const scope: Scope = {
    target: input.target,
    selector: input.function === undefined ? "0x00000000" : toSelector(input.function),
    maxValue: input.maxValue ?? 0n,
    spendToken,
    spendMethod: input.spendMethod ?? (spendToken === zeroAddress ? "none" : "allowance"),
    policy: input.policy ?? zeroAddress,
    rules: (input.rules ?? []).map((rule, index) => ({
      op: rule.op,
      offset: toOffset(rule, `rules[${index}]`),
      values: (rule.values ?? []).map((value) => toWord(value, `rules[${index}].values`)),
    })),
  };
  return unpackScope(packScope(scope));
}

/** A 32-byte argument word. */
export function toWord(value: bigint | Hex, path = "word"): Hex {
  if (typeof value === "bigint") {
    if (value < 0n || value >= 1n << 256n) throw new FieldInvalidError(path, `holds ${value}, which is no word`);
    return toHex(value, { size: 32 });
  }
  if (!isByteHex(value) || size(value) > 32) throw new FieldInvalidError(path, `holds ${value}, which is no word`);
  return pad(value, { size: 32 }).toLowerCase() as Hex;
}

function toSelector(name: string): Hex {
  return isByteHex(name) ? name : toFunctionSelector(name.startsWith("function ") ? name : `function ${name}`);
}

function toOffset({ argument, offset }: RuleInput, path: string): number {
  if ((argument === undefined) === (offset === undefined)) {
    throw new FieldInvalidError(path, "takes either argument or offset");
  }
  return offset ?? 32 * (argument ?? 0);
}
