/** A 256-bit number, or the name of a term over the arguments. */
export type Term = bigint | string;

const modulus = 1n << 256n;

export function toUnsigned(value: bigint): bigint {
  return ((value % modulus) + modulus) % modulus;
}

function toSigned(value: bigint): bigint {
  return value >= modulus >> 1n ? value - modulus : value;
}

function toBit(condition: boolean): bigint {
  return condition ? 1n : 0n;
}

type Operation = { compute: (a: bigint, b: bigint) => bigint; toSmt: (a: string, b: string) => string };

function toPredicate(smt: string, compute: (a: bigint, b: bigint) => boolean): Operation {
  return {
    compute: (a, b) => toBit(compute(a, b)),
    toSmt: (a, b) => `(ite (${smt} ${a} ${b}) ${toLiteral(1n)} ${toLiteral(0n)})`,
  };
}

function toFunction(smt: string, compute: (a: bigint, b: bigint) => bigint): Operation {
  return { compute, toSmt: (a, b) => `(${smt} ${a} ${b})` };
}

/** The EVM's pure operations of two operands, and what SMT-LIB calls them. Shifts take the amount first, as in the EVM. */
export const operations: Readonly<Record<string, Operation>> = {
  add: toFunction("bvadd", (a, b) => a + b),
  sub: toFunction("bvsub", (a, b) => a - b),
  mul: toFunction("bvmul", (a, b) => a * b),
  and: toFunction("bvand", (a, b) => a & b),
  or: toFunction("bvor", (a, b) => a | b),
  xor: toFunction("bvxor", (a, b) => a ^ b),
  lt: toPredicate("bvult", (a, b) => a < b),
  gt: toPredicate("bvugt", (a, b) => a > b),
  slt: toPredicate("bvslt", (a, b) => toSigned(a) < toSigned(b)),
  sgt: toPredicate("bvsgt", (a, b) => toSigned(a) > toSigned(b)),
  eq: toPredicate("=", (a, b) => a === b),
  shl: { compute: (n, a) => (n > 255n ? 0n : a << n), toSmt: (n, a) => `(bvshl ${a} ${n})` },
  shr: { compute: (n, a) => (n > 255n ? 0n : a >> n), toSmt: (n, a) => `(bvlshr ${a} ${n})` },
};

export function toLiteral(term: Term): string {
  return typeof term === "string" ? term : `#x${term.toString(16).padStart(64, "0")}`;
}

export type Terms = {
  /** Names each distinct term once. */
  combine: (operation: string, a: Term, b: Term) => Term;
  /** The term that the named one tells to be 0 or not; undefined if it tells something else. */
  findZeroTested: (name: string) => string | undefined;
  toDefinitions: () => string;
};

export function createTerms(): Terms {
  const names = new Map<string, string>();
  const zeroTested = new Map<string, string>();
  return {
    combine: (name, a, b) => {
      const operation = operations[name];
      if (!operation) throw new Error(`No such operation: ${name}`);
      if (typeof a === "bigint" && typeof b === "bigint") return toUnsigned(operation.compute(a, b));
      const text = operation.toSmt(toLiteral(a), toLiteral(b));
      const known = names.get(text) ?? `t${names.size}`;
      names.set(text, known);
      if (name === "eq" && typeof a === "string" && b === 0n) zeroTested.set(known, a);
      return known;
    },
    findZeroTested: (name) => zeroTested.get(name),
    toDefinitions: () => [...names].map(([text, name]) => `(define-fun ${name} () (_ BitVec 256) ${text})`).join("\n"),
  };
}
