import { privateKeyToAccount } from "viem/accounts";
import { encodeFunctionData, getAddress, parseAbi, zeroAddress, type Address, type Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  admitGrant,
  admitOrder,
  createScope,
  createSession,
  decodeSessionGranted,
  encodeAccountExecute,
  encodeGrant,
  encodePause,
  encodeRevoke,
  encodeRevokeAll,
  encodeUnpause,
  forbiddenSelectors,
  hashApproval,
  hashGrant,
  hashLease,
  hashOrder,
  hashScope,
  hashSession,
  nativeToken,
  packOrder,
  packScope,
  packSession,
  sessionAccountFactoryAbi,
  sessionManagerAbi,
  signOrder,
  sortScopes,
  templates,
  toContractScope,
  toContractSession,
  toErrorSentence,
  toPaymentCall,
  toScopesRoot,
  toSessionStatus,
  toWord,
  type Approval,
  type GrantMessage,
  type Lease,
  type Limit,
  type Order,
  type Rule,
  type Scope,
  type Session,
} from "../src/index.ts";
import {
  createGrantable,
  createRandom,
  createRandomScope,
  createRandomSession,
  type Random,
} from "./support/random.ts";
import { startChain, type TestChain } from "./support/startChain.ts";

let chain: TestChain;
let manager: Address;
let account: Address;
let chainId: number;
/** A contract that could be a policy, for all that a grant asks. */
let policy: Address;

beforeAll(async () => {
  chain = await startChain();
  chainId = await chain.client.getChainId();
  manager = await chain.deploy("SessionManager", [
    await chain.deploy("SessionGrants"),
    await chain.deploy("SessionControl"),
  ]);
  policy = await chain.deploy("test/DemoToken", ["Policy", "P", 0]);
  const implementation = await chain.deploy("accounts/SessionAccount", [manager]);
  const factory = await chain.deploy("accounts/SessionAccountFactory", [implementation]);
  const args = [chain.owner.account.address, toWord(0n)] as const;
  const request = { address: factory, abi: sessionAccountFactoryAbi, functionName: "createAccount", args } as const;
  const { result } = await chain.client.simulateContract({ ...request, account: chain.owner.account });
  account = result;
  await mine(await chain.owner.writeContract(request));
});

afterAll(() => chain.stop());

async function mine(hash: Hex) {
  const receipt = await chain.client.waitForTransactionReceipt({ hash });
  expect(receipt.status).toBe("success");
  return receipt;
}

async function executeAsOwner(data: Hex) {
  const calls = encodeAccountExecute([{ target: manager, data }]);
  return mine(await chain.owner.sendTransaction({ to: account, data: calls }));
}

const read = {
  hashSession: (session: Session) =>
    chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashSession",
      args: [toContractSession(session)],
    }),
  packSession: (session: Session) =>
    chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "packSession",
      args: [toContractSession(session)],
    }),
  hashScope: (scope: Scope) =>
    chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashScope",
      args: [toContractScope(scope)],
    }),
  packScope: (scope: Scope) =>
    chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "packScope",
      args: [toContractScope(scope)],
    }),
  hashOrder: (order: Order) =>
    chain.client.readContract({ address: manager, abi: sessionManagerAbi, functionName: "hashOrder", args: [order] }),
  hashLease: ({ sessionId, issuedAt }: Lease) =>
    chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashLease",
      args: [sessionId, issuedAt],
    }),
  hashApproval: ({ orderHash }: Approval) =>
    chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashApproval",
      args: [orderHash],
    }),
  hashGrant: ({ session, scopes, deadline }: GrantMessage) =>
    chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashGrant",
      args: [toContractSession(session), scopes.map(toContractScope), deadline],
    }),
};

/** Name and arguments of the error of a call, or nothing if it succeeds. */
async function getError(call: { to: Address; data: Hex; account: Address }) {
  const outcome = await chain.client.call(call).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) return undefined;
  if (!(outcome instanceof Error)) throw new Error("viem throws errors");
  const { name, args } = toErrorSentence(outcome);
  return { error: name, args };
}

describe("hashes and packed forms are the contract's own", () => {
  it("of 60 random sessions", async () => {
    const random = createRandom(1);
    for (const session of random.list(60, () => createRandomSession(random))) {
      const [packed, id] = await Promise.all([read.packSession(session), read.hashSession(session)]);
      expect(packSession(session)).toBe(packed);
      expect(hashSession(session)).toBe(id);
    }
  });

  it("of 60 random scopes", async () => {
    const random = createRandom(2);
    for (const scope of random.list(60, () => createRandomScope(random))) {
      const [packed, leaf] = await Promise.all([read.packScope(scope), read.hashScope(scope)]);
      expect(packScope(scope)).toBe(packed);
      expect(hashScope(scope)).toBe(leaf);
    }
  });

  it("of 60 random orders", async () => {
    const random = createRandom(3);
    for (const order of random.list(60, () => createRandomOrder(random))) {
      expect(hashOrder(order, { chainId, manager })).toBe(await read.hashOrder(order));
    }
  });

  it("of 40 random leases, approvals and grants", async () => {
    const random = createRandom(7);
    const domain = { chainId, manager };
    for (let i = 0; i < 40; i += 1) {
      const lease = { sessionId: random.bytes(32), issuedAt: Number(random.bits(48)) };
      const approval = { orderHash: random.bytes(32) };
      const grant = {
        session: createRandomSession(random),
        scopes: random.list(random.below(4), () => createRandomScope(random)),
        deadline: Number(random.bits(48)),
      };
      expect(hashLease(lease, domain)).toBe(await read.hashLease(lease));
      expect(hashApproval(approval, domain)).toBe(await read.hashApproval(approval));
      expect(hashGrant(grant, domain)).toBe(await read.hashGrant(grant));
    }
  });
});

function createRandomOrder(random: Random): Order {
  return {
    sessionId: random.bytes(32),
    nonce: Number(random.bits(24)),
    deadline: Number(random.bits(48)),
    gasLimit: Number(random.bits(32)),
    calls: random.list(random.below(4), () => ({
      target: random.address(),
      value: random.bits(256),
      data: random.bytes(random.below(200)),
      scope: random.bytes(32),
    })),
  };
}

describe("admitGrant", () => {
  it("refuses what the contract refuses, with the same error and arguments, over 400 random grants", async () => {
    const random = createRandom(4);
    const seen = new Set<string>();
    for (let i = 0; i < 400; i += 1) {
      const { session, scopes } = await createOddGrant(random);
      const { timestamp } = await chain.client.getBlock();
      const expected = await getError({ to: manager, data: encodeGrant({ session, scopes }), account });
      const actual = admitGrant({ session, scopes, now: Number(timestamp), epoch: 0, manager });
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
    const now = Number((await chain.client.getBlock()).timestamp);
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
      expect(await getError({ to: manager, data: encodeGrant(grant), account })).toMatchObject({ error });
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
  const now = Number((await chain.client.getBlock()).timestamp);
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
      const expected = await chain.client
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
  const now = Number((await chain.client.getBlock()).timestamp);
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
  await executeAsOwner(encodeGrant({ session, scopes }));
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

describe("a payment session", () => {
  it("is granted, used, paused, unpaused, revoked and superseded", async () => {
    const random = createRandom(6);
    const key = privateKeyToAccount(random.bytes(32));
    const recipient = random.address();
    const token = await chain.deploy("test/DemoToken", ["Dollar", "USD", 6]);
    await mine(
      await chain.owner.writeContract({ address: token, abi: tokenAbi, functionName: "mint", args: [account, 1000n] }),
    );
    const { timestamp } = await chain.client.getBlock();
    const { session, scopes } = createSession({
      account,
      signer: key.address,
      validAfter: Number(timestamp),
      validUntil: Number(timestamp) + 86_400,
      maxOrders: 10,
      ...templates.payment({ token, recipients: [recipient], amount: 100n, period: 3600 }),
    });
    const [scope] = scopes;
    if (scope === undefined) throw new Error("The template has a scope");
    const view = { address: manager, abi: sessionManagerAbi, args: [packSession(session)] } as const;
    const getStatus = async () =>
      toSessionStatus((await chain.client.readContract({ ...view, functionName: "stateOf" })).status);

    expect(await getStatus()).toBe("none");
    const { logs } = await executeAsOwner(encodeGrant({ session, scopes }));
    const [log] = logs;
    if (log === undefined) throw new Error("A grant emits an event");
    expect(decodeSessionGranted(log)).toEqual({ account, sessionId: hashSession(session), session, scopes });
    expect(await getStatus()).toBe("active");

    const order: Order = {
      sessionId: hashSession(session),
      nonce: 0,
      deadline: session.validUntil,
      gasLimit: 500_000,
      calls: [{ ...toPaymentCall({ token, recipient, amount: 70n }), scope: hashScope(scope) }],
    };
    const signature = await signOrder({ order, signer: key, chainId, manager });
    const data = encodeFunctionData({
      abi: sessionManagerAbi,
      functionName: "execute",
      args: [packOrder({ order, session, scopes, signature })],
    });
    await mine(await chain.owner.sendTransaction({ to: manager, data, gas: 1_000_000n }));
    const paid = await chain.client.readContract({
      address: token,
      abi: tokenAbi,
      functionName: "balanceOf",
      args: [recipient],
    });
    expect(paid).toBe(70n);
    expect(await chain.client.readContract({ ...view, functionName: "remaining" })).toEqual([30n]);
    expect(await getError({ to: manager, data, account: recipient })).toEqual({ error: "NonceUsed", args: [0] });

    await executeAsOwner(encodePause(account));
    expect(await getStatus()).toBe("paused");
    await executeAsOwner(encodeUnpause());
    expect(await getStatus()).toBe("active");
    await executeAsOwner(encodeRevoke(session));
    expect(await getStatus()).toBe("revoked");
    expect(await getError({ to: manager, data, account: recipient })).toEqual({
      error: "SessionNotActive",
      args: [hashSession(session), 3],
    });
    await executeAsOwner(encodeRevokeAll());
    const accountState = await chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "accountStateOf",
      args: [account],
    });
    expect(accountState.epoch).toBe(1);
  });
});

const tokenAbi = parseAbi([
  "function mint(address to, uint256 amount)",
  "function balanceOf(address) view returns (uint256)",
]);
