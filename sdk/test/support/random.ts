import { bytesToHex, getAddress, zeroAddress, zeroHash, type Address, type Hex } from "viem";
import {
  accountKinds,
  limitKinds,
  nativeToken,
  ruleOps,
  sortScopes,
  spendMethods,
  toScopesRoot,
  type Limit,
  type Rule,
  type Scope,
  type Session,
} from "../../src/index.ts";

export type Random = {
  /** 0 ≤ result < `bound`. */
  below: (bound: number) => number;
  bits: (count: number) => bigint;
  bytes: (count: number) => Hex;
  address: () => Address;
  chance: (probability: number) => boolean;
  pick: <T>(values: readonly T[]) => T;
  list: <T>(length: number, create: (index: number) => T) => T[];
};

/** The same numbers for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (bound: number): number => Math.floor(next() * bound);
  const bytes = (count: number): Hex => bytesToHex(Uint8Array.from({ length: count }, () => below(256)));
  return {
    below,
    bytes,
    bits: (count) => BigInt(bytes(Math.ceil(count / 8))) & ((1n << BigInt(count)) - 1n),
    address: () => getAddress(bytes(20)),
    chance: (probability) => next() < probability,
    pick<T>(values: readonly T[]): T {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error("There is nothing to pick");
      return value;
    },
    list: (length, create) => Array.from({ length }, (_, index) => create(index)),
  };
}

/** Any session that can be packed, whether or not it could be granted. */
export function createRandomSession(random: Random): Session {
  const maybe = <T>(value: T, absent: T): T => (random.chance(0.5) ? value : absent);
  return {
    account: random.address(),
    accountKind: random.pick(accountKinds),
    signer: maybe(random.bytes(20), random.bytes(21 + random.below(80))),
    validAfter: Number(random.bits(48)),
    validUntil: Number(random.bits(48)),
    maxOrders: Number(random.bits(24)),
    minInterval: maybe(1 + Number(random.bits(31)), 0),
    epoch: Number(random.bits(32)),
    relayer: maybe(random.address(), zeroAddress),
    sentinel: maybe(random.address(), zeroAddress),
    sentinelMayRevoke: random.chance(0.5),
    leaseTtl: maybe(1 + Number(random.bits(31)), 0),
    approver: maybe(random.bytes(1 + random.below(100)), "0x"),
    revokeOnMisuse: random.chance(0.5),
    scopesRoot: random.bytes(32),
    salt: maybe(random.bytes(32), zeroHash),
    limits: random.list(random.below(16), () => createRandomLimit(random)),
  };
}

export function createRandomScope(random: Random): Scope {
  const spendMethod = random.pick(spendMethods);
  return {
    target: random.address(),
    selector: random.bytes(4),
    maxValue: random.chance(0.5) ? random.bits(128) : 0n,
    spendToken: spendMethod === "none" ? zeroAddress : random.address(),
    spendMethod,
    policy: random.chance(0.3) ? random.address() : zeroAddress,
    rules: random.list(random.below(6), () => createRandomRule(random)),
  };
}

/** A session as the manager grants it, with its scopes; orders of it can be built. */
export function createGrantable(random: Random, change: Partial<Session> = {}): { session: Session; scopes: Scope[] } {
  const scopes = sortScopes(
    random.list(1 + random.below(9), () => ({
      ...createRandomScope(random),
      spendMethod: "none" as const,
      spendToken: zeroAddress,
      policy: zeroAddress,
      maxValue: 0n,
    })),
  );
  const session: Session = {
    account: random.address(),
    accountKind: "sessionAccount",
    signer: random.address().toLowerCase() as Hex,
    validAfter: 1_700_000_000,
    validUntil: 1_700_000_000 + 300 * 86_400,
    maxOrders: 1 + random.below(1000),
    minInterval: 0,
    epoch: 0,
    relayer: zeroAddress,
    sentinel: zeroAddress,
    sentinelMayRevoke: false,
    leaseTtl: 0,
    approver: "0x",
    revokeOnMisuse: false,
    scopesRoot: toScopesRoot(scopes),
    salt: zeroHash,
    limits: [],
    ...change,
  };
  return { session, scopes };
}

function createRandomLimit(random: Random): Limit {
  return {
    token: random.chance(0.3) ? nativeToken : random.address(),
    amount: random.bits(104),
    period: random.chance(0.5) ? 1 + Number(random.bits(31)) : 0,
    approveAbove: random.chance(0.3) ? 1n + random.bits(100) : 0n,
    kind: random.pick(limitKinds),
  };
}

function createRandomRule(random: Random): Rule {
  const op = random.pick(ruleOps);
  const count = op === "oneOf" ? 1 + random.below(16) : op === "isAccount" ? 0 : 1;
  return { op, offset: Number(random.bits(16)), values: random.list(count, () => random.bytes(32)) };
}
