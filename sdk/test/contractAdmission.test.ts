import { getAddress, zeroAddress, type Address, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  admitGrant,
  admitOrder,
  createScope,
  encodeGrant,
  forbiddenSelectors,
  hashScope,
  hashSession,
  nativeToken,
  packOrder,
  sessionManagerAbi,
  signOrder,
  sortScopes,
  toErrorSentence,
  toScopesRoot,
  toWord,
  type Limit,
  type Order,
  type Rule,
  type Scope,
  type Session,
} from "../src/index.ts";
import { createGrantable, createRandom, createRandomScope, type Random } from "./support/random.ts";
import { startLatchkey, type TestLatchkey } from "./support/startLatchkey.ts";

let latchkey: TestLatchkey;
let manager: Address;
let account: Address;
let chainId: number;
/** A contract that could be a policy, for all that a grant asks. */
let policy: Address;

beforeAll(async () => {
  latchkey = await startLatchkey();
  ({ manager, account, chainId } = latchkey);
  policy = await latchkey.chain.deploy("test/DemoToken", ["Policy", "P", 0]);
});

afterAll(() => latchkey.chain.stop());

describe("admitGrant", () => {
  it("refuses what the contract refuses, with the same error and arguments, over 400 random grants", async () => {
    const random = createRandom(4);
    const seen = new Set<string>();
    for (let i = 0; i < 400; i += 1) {
      const { session, scopes } = await createOddGrant(random);
      const now = await latchkey.getNow();
      const expected = await latchkey.getError({ data: encodeGrant({ session, scopes }), from: account });
      const actual = admitGrant({ session, scopes, now, epoch: 0, manager });
      expect(withoutTime(actual)).toEqual(withoutTime(expected));
      seen.add(expected?.error ?? "granted");
    }
    // The comparison is worth what it has met.
    expect([...seen].toSorted()).toEqual([
      "ApproverInvalid",
      "ApproverMissing",
      "EpochMismatch",
      "InventoryPeriodic",
      "LimitAmountZero",
      "LimitMissing",
      "MaxOrdersZero",
      "PolicyInvalid",
      "RuleInvalid",
      "ScopesNotSorted",
      "ScopesRootMismatch",
      "SelectorForbidden",
      "SentinelInvalid",
      "SignerInvalid",
      "SpendTokenInvalid",
      "TargetForbidden",
      "ValidityInvalid",
      "ValidityOver",
      "granted",
    ]);
  });

  it("leaves to the chain whether a policy is a contract, and whether an account's modules are called", async () => {
    const random = createRandom(8);
    const now = await latchkey.getNow();
    const grantOf = (scope: Scope, accountKind: Session["accountKind"]) => {
      const change = { account, accountKind, validAfter: now, validUntil: now + 60, scopesRoot: toScopesRoot([scope]) };
      return { session: createGrantable(random, change).session, scopes: [scope] };
    };
    const scope = createScope({ target: random.address(), function: "0x12345678" });
    for (const [grant, error] of [
      [grantOf({ ...scope, policy: random.address() }, "sessionAccount"), "PolicyInvalid"],
      // This account does not say which modules it has, as such accounts do.
      [grantOf(scope, "erc7579"), "TargetForbidden"],
      [grantOf(scope, "safe"), "TargetForbidden"],
    ] as const) {
      expect(admitGrant({ ...grant, manager })).toBeUndefined();
      expect(await latchkey.getError({ data: encodeGrant(grant), from: account })).toMatchObject({ error });
    }
  });
});

/** A second may pass between asking the one and asking the other. */
function withoutTime<T extends { error: string; args: readonly unknown[] }>(refusal: T | undefined): T | undefined {
  return refusal?.error === "ValidityOver" ? { ...refusal, args: refusal.args.slice(0, 1) } : refusal;
}

const isAccount: Rule = { op: "isAccount", offset: 0, values: [] };

/** A grant with at most a few things odd about it. */
async function createOddGrant(random: Random): Promise<{ session: Session; scopes: Scope[] }> {
  const odd = <T>(usual: T, ...oddities: readonly T[]): T => (random.chance(0.06) ? random.pick(oddities) : usual);
  const token = random.address();
  const now = await latchkey.getNow();
  const limits: Limit[] = random.list(random.below(4), (index): Limit => {
    const kind = odd("gross", "net", "inventory");
    return {
      token: index === 0 ? token : odd<Address>(nativeToken, random.address()),
      amount: odd(1n + random.bits(100), 0n),
      period: kind === "inventory" ? odd(0, 60) : random.pick([0, 3600]),
      approveAbove: odd(0n, 1n),
      kind,
    };
  });
  const rule = (): Rule => random.pick(createRandomScope(random).rules.concat(isAccount));
  const scopes = random.list(1 + random.below(3), (): Scope => {
    // A plain transfer has no argument to compare.
    if (random.chance(0.05)) return { ...createScope({ target: random.address() }), rules: [isAccount] };
    const target = odd<Address>(random.address(), token, account, manager, zeroAddress);
    const spends = random.chance(0.3);
    return {
      target,
      selector: odd<Hex>(
        random.bytes(4),
        "0x00000000",
        "0xa9059cbb",
        "0x23b872dd",
        "0xd0e30db0",
        random.pick(Object.keys(forbiddenSelectors)) as Hex,
      ),
      maxValue: odd(0n, 5n),
      spendToken: spends ? odd<Address>(token, nativeToken, target === zeroAddress ? token : target) : zeroAddress,
      spendMethod: spends ? odd("allowance", "permit2") : "none",
      policy: odd<Address>(zeroAddress, policy, account, manager),
      rules: random.list(random.below(2), rule),
    };
  });
  const sorted = sortScopes(scopes);
  const key = random.bytes(20);
  const session: Session = {
    account,
    accountKind: "sessionAccount",
    signer: odd<Hex>(key, random.bytes(33), "0x1234", account, zeroAddress, manager).toLowerCase() as Hex,
    validAfter: now,
    validUntil: odd(now + 86_400, now, now + 366 * 86_400),
    maxOrders: odd(10, 0),
    minInterval: 0,
    epoch: odd(0, 1),
    relayer: zeroAddress,
    sentinel: odd<Address>(zeroAddress, random.address(), getAddress(key)),
    sentinelMayRevoke: odd(false, true),
    leaseTtl: odd(0, 1),
    approver: odd<Hex>("0x", "0x1234", random.bytes(20), random.bytes(50), zeroAddress, key),
    revokeOnMisuse: odd(false, true),
    scopesRoot: odd(toScopesRoot(sorted), random.bytes(32)),
    salt: toWord(0n),
    limits,
  };
  if (random.chance(0.06)) return { session: { ...session, validAfter: 1, validUntil: 2 }, scopes: sorted };
  return { session, scopes: odd(sorted, sorted.toReversed()) };
}

describe("admitOrder", () => {
  it("refuses what the contract refuses, with the same error and arguments, over 200 random calls", async () => {
    const random = createRandom(5);
    const key = privateKeyToAccount(random.bytes(32));
    const { session, scopes } = await grantWideSession(random, key.address);
    const seen = new Set<string>();
    for (let i = 0; i < 200; i += 1) {
      const order = createAlmostAdmittedOrder(random, session, scopes);
      const signature = await signOrder({ order, signer: key, chainId, manager });
      const data = packOrder({ order, session, scopes, signature });
      const expected = await latchkey.chain.client
        .readContract({
          address: manager,
          abi: sessionManagerAbi,
          functionName: "preflight",
          args: [data, key.address],
        })
        .then(
          () => undefined,
          (error: unknown) => {
            if (!(error instanceof Error)) throw new Error("viem throws errors");
            const { name, args } = toErrorSentence(error);
            return { error: name, args };
          },
        );
      const actual = admitOrder({ session, scopes, order, manager });
      expect(actual && { error: actual.error, args: actual.args }).toEqual(expected);
      seen.add(expected?.error ?? "admitted");
    }
    expect([...seen].toSorted()).toEqual([
      "CallDataInvalid",
      "CallValueTooHigh",
      "NonceTooHigh",
      "RuleBroken",
      "RuleOutOfBounds",
      "admitted",
    ]);
  });
});

const ruleOffset = 32;

async function grantWideSession(random: Random, signer: Address) {
  const now = await latchkey.getNow();
  const token = random.address();
  const values = random.list(3, () => random.bits(8));
  const rules: Rule[] = [
    { op: "equal", offset: ruleOffset, values: [toWord(100n)] },
    { op: "notEqual", offset: ruleOffset, values: [toWord(100n)] },
    { op: "atMost", offset: ruleOffset, values: [toWord(100n)] },
    { op: "atLeast", offset: ruleOffset, values: [toWord(100n)] },
    { op: "oneOf", offset: ruleOffset, values: values.map((value) => toWord(value)) },
    { op: "isAccount", offset: ruleOffset, values: [] },
  ];
  const scopes = sortScopes([
    ...rules.map((rule) => ({
      ...createScope({ target: random.address(), function: random.bytes(4) }),
      rules: [rule],
    })),
    createScope({ target: random.address(), maxValue: 1000n }),
    createScope({ target: token, function: "transfer(address,uint256)" }),
    createScope({ target: token, function: "transferFrom(address,address,uint256)" }),
  ]);
  const limits = [nativeToken, token].map((limited): Limit => ({
    token: limited,
    amount: 10n ** 18n,
    period: 0,
    approveAbove: 0n,
    kind: "gross",
  }));
  const { session } = createGrantable(random, {
    account,
    signer: signer.toLowerCase() as Hex,
    validAfter: now,
    validUntil: now + 86_400,
    maxOrders: 1000,
    scopesRoot: toScopesRoot(scopes),
    limits,
  });
  await latchkey.callAsAccount(encodeGrant({ session, scopes }));
  return { session, scopes };
}

function createAlmostAdmittedOrder(random: Random, session: Session, scopes: readonly Scope[]): Order {
  const scope = random.pick(scopes);
  const word = random.pick([toWord(100n), toWord(99n), toWord(101n), toWord(random.bits(8)), toWord(account)]);
  const dirty: Hex = random.chance(0.05) ? `0x01${word.slice(4)}` : word;
  const selector = random.chance(0.05) ? random.bytes(4) : scope.selector;
  const body = `${random.bytes(32).slice(2)}${dirty.slice(2)}${random.bytes(random.below(40)).slice(2)}`;
  const full: Hex = `${selector}${body}`;
  const data = random.chance(0.15) ? (full.slice(0, 2 + 2 * random.below(100)) as Hex) : full;
  return {
    sessionId: hashSession(session),
    nonce: random.chance(0.05) ? 1000 + random.below(9) : random.below(1000),
    deadline: session.validUntil,
    gasLimit: 500_000,
    calls: [
      {
        target: scope.target,
        value: random.chance(0.1) ? random.bits(12) : 0n,
        data: scope.selector === "0x00000000" && random.chance(0.8) ? "0x" : data,
        scope: hashScope(scope),
      },
    ],
  };
}
