import { encodeFunctionData, parseAbi, type Address, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  admitProofs,
  createSession,
  decodeManagerEvent,
  encodeGrantWithSignature,
  encodePause,
  encodePauseWithSignature,
  encodeRedeemDelegations,
  encodeReportMisuse,
  encodeResume,
  encodeResumeWithSignature,
  encodeRevokeAllWithSignature,
  encodeRevokeWithSignature,
  encodeSetGuardian,
  encodeSetGuardianWithSignature,
  encodeSurrender,
  encodeSurrenderWithSignature,
  encodeSuspend,
  encodeSuspendWithSignature,
  encodeUnpause,
  encodeUnpauseWithSignature,
  hashOrder,
  hashScope,
  hashSession,
  packOrder,
  packSession,
  sessionManagerAbi,
  signApproval,
  signForAccount,
  signLease,
  signOrder,
  templates,
  toControlTypedData,
  toDelegation,
  toGrantTypedData,
  toPaymentCall,
  type Control,
  type ControlMessage,
  type Order,
  type Scope,
  type Session,
  type SessionInput,
} from "../src/index.ts";
import { createRandom } from "./support/random.ts";
import { startLatchkey, type TestLatchkey } from "./support/startLatchkey.ts";

const random = createRandom(170);
const [keyKey, sentinelKey, guardianKey, approverKey] = random.list(4, () => random.bytes(32)) as [Hex, Hex, Hex, Hex];
const key = privateKeyToAccount(keyKey);
const sentinel = privateKeyToAccount(sentinelKey);
const guardian = privateKeyToAccount(guardianKey);
const approver = privateKeyToAccount(approverKey);
const recipient = random.address();
const tokenAbi = parseAbi(["function mint(address to, uint256 amount)"]);

let latchkey: TestLatchkey;
let domain: { chainId: number; manager: Address };
let account: Address;
let token: Address;

beforeAll(async () => {
  latchkey = await startLatchkey();
  domain = { chainId: latchkey.chainId, manager: latchkey.manager };
  ({ account } = latchkey);
  token = await latchkey.chain.deploy("test/DemoToken", ["Dollar", "USD", 6]);
  const args = [account, 1_000_000n] as const;
  await latchkey.mine(
    await latchkey.chain.owner.writeContract({ address: token, abi: tokenAbi, functionName: "mint", args }),
  );
});

afterAll(() => latchkey.chain.stop());

/** A payment session with every watcher, granted by the owner's signature and submitted by anyone. */
async function grant(change: Partial<SessionInput> = {}): Promise<{ session: Session; scopes: Scope[] }> {
  const now = await latchkey.getNow();
  const { epoch } = await latchkey.getAccountState();
  const content = createSession({
    account,
    signer: key.address,
    validAfter: now,
    validUntil: now + 86_400,
    maxOrders: 10,
    epoch,
    sentinel: sentinel.address,
    sentinelMayRevoke: true,
    revokeOnMisuse: true,
    salt: random.bytes(32),
    ...templates.payment({ token, recipients: [recipient], amount: 100n, period: 3600 }),
    ...change,
  });
  const typedData = toGrantTypedData({ ...content, deadline: now + 600 }, domain);
  const signature = await signForAccount({ typedData, account, owner: ownerOf() });
  await latchkey.submit(encodeGrantWithSignature({ ...content, deadline: now + 600, signature }));
  expect(await latchkey.getStatus(content.session)).toBe("active");
  return content;
}

/** What a wallet's account does, through the same interface. */
const ownerOf = () => ({
  signTypedData: (typedData: Parameters<typeof latchkey.chain.owner.signTypedData>[0]) =>
    latchkey.chain.owner.signTypedData({ ...typedData, account: latchkey.chain.owner.account }),
});

type Undated = ControlMessage extends infer M
  ? M extends unknown
    ? Omit<M, "controlNonce" | "deadline">
    : never
  : never;

/** Signed by the account's owner, or by another. */
async function control(undated: Undated, signer?: typeof key): Promise<Control> {
  const { controlNonce } = await latchkey.getAccountState();
  const deadline = (await latchkey.getNow()) + 600;
  const typedData = toControlTypedData({ ...undated, controlNonce, deadline }, domain);
  const signature =
    signer === undefined
      ? await signForAccount({ typedData, account, owner: ownerOf() })
      : await signer.signTypedData(typedData);
  return { controlNonce, deadline, signature };
}

const createOrder = (session: Session, scopes: readonly Scope[], nonce: number, amount: bigint): Order => {
  const [scope] = scopes;
  if (scope === undefined) throw new Error("The session has a scope");
  const calls = [{ ...toPaymentCall({ token, recipient, amount }), scope: hashScope(scope) }];
  return { sessionId: hashSession(session), nonce, deadline: session.validUntil, gasLimit: 500_000, calls };
};

const encodeExecute = (packed: Hex): Hex =>
  encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args: [packed] });

const tryExecute = (packed: Hex) => latchkey.getError({ data: encodeExecute(packed), from: recipient });

describe("signed control messages", () => {
  it("suspend by the sentinel, resume and revoke by the owner", async () => {
    const { session } = await grant();
    const sessionId = hashSession(session);
    await latchkey.submit(
      encodeSuspendWithSignature(session, await control({ type: "Suspend", account, sessionId }, sentinel)),
    );
    expect(await latchkey.getStatus(session)).toBe("suspended");
    await latchkey.submit(encodeResumeWithSignature(session, await control({ type: "Resume", account, sessionId })));
    expect(await latchkey.getStatus(session)).toBe("active");
    const revoke = await control({ type: "Revoke", account, sessionId });
    await latchkey.submit(encodeRevokeWithSignature(session, revoke));
    expect(await latchkey.getStatus(session)).toBe("revoked");
    const replayed = await latchkey.getError({ data: encodeRevokeWithSignature(session, revoke), from: recipient });
    expect(replayed).toMatchObject({ error: "ControlNonceMismatch" });
  });

  it("revoke by the sentinel, surrender by the key", async () => {
    const [first, second] = [(await grant()).session, (await grant()).session];
    const revoke = await control({ type: "Revoke", account, sessionId: hashSession(first) }, sentinel);
    await latchkey.submit(encodeRevokeWithSignature(first, revoke));
    expect(await latchkey.getStatus(first)).toBe("revoked");
    const surrender = await control({ type: "Surrender", account, sessionId: hashSession(second) }, key);
    await latchkey.submit(encodeSurrenderWithSignature(second, surrender));
    expect(await latchkey.getStatus(second)).toBe("revoked");
  });

  it("name a guardian, pause by it, unpause and revoke all by the owner", async () => {
    const { session } = await grant();
    const named = await control({ type: "SetGuardian", account, guardian: guardian.address });
    await latchkey.submit(encodeSetGuardianWithSignature(account, guardian.address, named));
    expect((await latchkey.getAccountState()).guardian).toBe(guardian.address);
    await latchkey.submit(encodePauseWithSignature(account, await control({ type: "Pause", account }, guardian)));
    expect(await latchkey.getStatus(session)).toBe("paused");
    await latchkey.submit(encodeUnpauseWithSignature(account, await control({ type: "Unpause", account })));
    expect(await latchkey.getStatus(session)).toBe("active");
    await latchkey.submit(encodePauseWithSignature(account, await control({ type: "Pause", account })));
    expect((await latchkey.getAccountState()).paused).toBe(true);
    await latchkey.submit(encodeUnpauseWithSignature(account, await control({ type: "Unpause", account })));
    const { epoch } = await latchkey.getAccountState();
    await latchkey.submit(encodeRevokeAllWithSignature(account, await control({ type: "RevokeAll", account })));
    expect((await latchkey.getAccountState()).epoch).toBe(epoch + 1);
    expect(await latchkey.getStatus(session)).toBe("superseded");
  });

  it("are worth nothing from anybody else, and nothing un-nested from the owner", async () => {
    const plain = await control({ type: "Pause", account }, key);
    expect(await latchkey.getError({ data: encodePauseWithSignature(account, plain), from: recipient })).toMatchObject({
      error: "ControlSignatureInvalid",
    });
    const { controlNonce, deadline } = plain;
    const typedData = toControlTypedData({ type: "Pause", account, controlNonce, deadline }, domain);
    const signature = await ownerOf().signTypedData(typedData);
    const data = encodePauseWithSignature(account, { controlNonce, deadline, signature });
    expect(await latchkey.getError({ data, from: recipient })).toMatchObject({ error: "ControlSignatureInvalid" });
  });
});

describe("control by call", () => {
  it("suspends, resumes and surrenders a session, and pauses by the guardian", async () => {
    const { session } = await grant();
    await latchkey.submitAs(sentinelKey, encodeSuspend(session));
    expect(await latchkey.getStatus(session)).toBe("suspended");
    const { logs } = await latchkey.callAsAccount(encodeResume(session));
    expect(logs.map((log) => decodeManagerEvent(log)?.eventName)).toEqual(["SessionResumed"]);
    await latchkey.callAsAccount(encodeSetGuardian(guardian.address));
    await latchkey.submitAs(guardianKey, encodePause(account));
    expect(await latchkey.getStatus(session)).toBe("paused");
    await latchkey.callAsAccount(encodeUnpause());
    await latchkey.submitAs(keyKey, encodeSurrender(session));
    expect(await latchkey.getStatus(session)).toBe("revoked");
  });
});

describe("orders", () => {
  it("run with a lease and an approval, and not without", async () => {
    const { limits } = templates.payment({ token, recipients: [recipient], amount: 100n, period: 3600 });
    const { session, scopes } = await grant({
      leaseTtl: 60,
      approver: approver.address,
      limits: limits.map((limit) => ({ ...limit, approveAbove: 10n })),
    });
    const order = createOrder(session, scopes, 0, 20n);
    const signature = await signOrder({ order, signer: key, ...domain });
    const issuedAt = await latchkey.getNow();
    const leaseOf = (at: number, signer: typeof key) =>
      signLease({ lease: { sessionId: order.sessionId, issuedAt: at }, signer, ...domain });
    const lease = await leaseOf(issuedAt, sentinel);
    const approval = await signApproval({
      approval: { orderHash: hashOrder(order, domain) },
      signer: approver,
      ...domain,
    });
    const proven = { order, session, scopes, signature };

    for (const [proofs, error] of [
      [{}, "LeaseMissing"],
      [{ lease: "0x1234" }, "LeaseMissing"],
      [{ lease: await leaseOf(issuedAt - 600, sentinel) }, "LeaseNotCurrent"],
      [{ lease: await leaseOf(issuedAt + 600, sentinel) }, "LeaseNotCurrent"],
      [{ lease: await leaseOf(issuedAt, key) }, "LeaseInvalid"],
      [{ lease }, "ApprovalMissing"],
      [{ lease, approval: signature }, "ApprovalInvalid"],
    ] as const) {
      const refused = await tryExecute(packOrder({ ...proven, ...proofs }));
      expect(refused).toMatchObject({ error });
      // What can be known without signatures and counts is refused alike before anything is sent.
      const isKnown = error === "LeaseMissing" || error === "LeaseNotCurrent";
      const admitted = admitProofs({ session, signedOrder: proofs, now: await latchkey.getNow() });
      expect(admitted?.error).toBe(isKnown ? error : undefined);
      expect(admitted?.args.slice(0, 2)).toEqual(isKnown ? refused?.args.slice(0, 2) : undefined);
    }
    const { logs } = await latchkey.submit(encodeExecute(packOrder({ ...proven, lease, approval })));
    expect(logs.map((log) => decodeManagerEvent(log)?.eventName)).toContain("OrderExecuted");
  });

  it("carry neither lease nor approval that nobody asked for", async () => {
    const { session, scopes } = await grant();
    const order = createOrder(session, scopes, 0, 1n);
    const signature = await signOrder({ order, signer: key, ...domain });
    const now = await latchkey.getNow();
    expect(admitProofs({ session, signedOrder: {}, now })).toBeUndefined();
    for (const proofs of [{ lease: random.bytes(71) }, { approval: random.bytes(65) }]) {
      expect(admitProofs({ session, signedOrder: proofs, now })).toEqual({ error: "EncodingInvalid", args: [] });
      expect(await tryExecute(packOrder({ order, session, scopes, signature, ...proofs }))).toEqual({
        error: "EncodingInvalid",
        args: [],
      });
    }
  });

  it("run as delegations: by a relayer with the key's signature, one call or several, or by the key itself", async () => {
    const { session, scopes } = await grant();
    const single = createOrder(session, scopes, 0, 5n);
    const next = createOrder(session, scopes, 1, 6n);
    const twice: Order = { ...next, calls: [...next.calls, ...next.calls] };
    const delegations = await Promise.all(
      [single, twice].map(async (order) => {
        const signature = await signOrder({ order, signer: key, ...domain });
        return toDelegation({ signedOrder: { order, signature }, session, scopes });
      }),
    );
    await latchkey.submit(encodeRedeemDelegations(delegations));
    const own = { order: createOrder(session, scopes, 2, 7n), signature: "0x" as const };
    await latchkey.submitAs(keyKey, encodeRedeemDelegations([toDelegation({ signedOrder: own, session, scopes })]));
    const remaining = await latchkey.chain.client.readContract({
      address: latchkey.manager,
      abi: sessionManagerAbi,
      functionName: "remaining",
      args: [packSession(session)],
    });
    expect(remaining).toEqual([100n - 5n - 12n - 7n]);
  });

  it("end their session when they prove misuse, and not otherwise", async () => {
    const { session, scopes } = await grant();
    const report = async (order: Order) => {
      const signature = await signOrder({ order, signer: key, ...domain });
      return encodeReportMisuse({ session, order, signature, scopes });
    };
    const good = createOrder(session, scopes, 0, 5n);
    expect(await latchkey.getError({ data: await report(good), from: recipient })).toMatchObject({
      error: "MisuseNotProven",
    });
    const [call] = good.calls;
    if (call === undefined) throw new Error("The order has a call");
    const elsewhere = toPaymentCall({ token, recipient: key.address, amount: 5n });
    const { logs } = await latchkey.submit(await report({ ...good, calls: [{ ...call, ...elsewhere }] }));
    expect(logs.map((log) => decodeManagerEvent(log)?.eventName)).toEqual(["MisuseProven", "SessionRevoked"]);
    expect(await latchkey.getStatus(session)).toBe("revoked");
  });
});

it("an EOA under EIP-7702 grants and pauses by its plain signature", async () => {
  const { chain, implementation, chainId, submit, getNow } = latchkey;
  const eoa = privateKeyToAccount(random.bytes(32));
  const authorization = await eoa.signAuthorization({ contractAddress: implementation, chainId, nonce: 0 });
  await latchkey.mine(await chain.owner.sendTransaction({ to: eoa.address, authorizationList: [authorization] }));
  expect(await chain.client.getCode({ address: eoa.address })).toBe(`0xef0100${implementation.slice(2).toLowerCase()}`);
  const now = await getNow();
  const content = createSession({
    account: eoa.address,
    signer: key.address,
    validAfter: now,
    validUntil: now + 600,
    maxOrders: 1,
    ...templates.payment({ token, recipients: [recipient], amount: 1n, period: 0 }),
  });
  const deadline = now + 600;
  const signature = await eoa.signTypedData(toGrantTypedData({ ...content, deadline }, domain));
  await submit(encodeGrantWithSignature({ ...content, deadline, signature }));
  expect(await latchkey.getStatus(content.session)).toBe("active");
  const message = { type: "Pause", account: eoa.address, controlNonce: 0, deadline } as const;
  const pause = { controlNonce: 0, deadline, signature: await eoa.signTypedData(toControlTypedData(message, domain)) };
  await submit(encodePauseWithSignature(eoa.address, pause));
  expect(await latchkey.getStatus(content.session)).toBe("paused");
});
