import { concatHex, decodeAbiParameters, decodeFunctionData, parseAbiParameters, toFunctionSelector } from "viem";
import { describe, expect, it } from "vitest";
import {
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
  encodeUnpauseWithSignature,
  FieldInvalidError,
  getScopeProof,
  hashScope,
  hashSession,
  packScope,
  packSession,
  sessionManagerAbi,
  toContractScope,
  toContractSession,
  toDelegation,
  type Call,
  type Order,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createGrantable, createRandom } from "./support/random.ts";

const random = createRandom(130);
const { session, scopes } = createGrantable(random);
const packed = packSession(session);
const [account, guardian] = [random.address(), random.address()];
const control = { controlNonce: 3, deadline: 1_800_000_000, signature: random.bytes(65) };
const createOrder = (calls: Call[]): Order => ({
  sessionId: hashSession(session),
  nonce: 5,
  deadline: 1_800_000_000,
  gasLimit: 500_000,
  calls,
});
const calls = scopes.slice(0, 2).map((scope): Call => ({
  target: scope.target,
  value: 7n,
  data: concatHex([scope.selector, random.bytes(32)]),
  scope: hashScope(scope),
}));
const order = createOrder(calls);
const signature = random.bytes(65);

describe("calls of the manager", () => {
  const grant = { session, scopes, deadline: 9, signature };
  it.each([
    ["surrender", [packed], encodeSurrender(session)],
    ["suspend", [packed], encodeSuspend(session)],
    ["resume", [packed], encodeResume(session)],
    ["pause", [account], encodePause(account)],
    ["setGuardian", [guardian], encodeSetGuardian(guardian)],
    [
      "grantWithSignature",
      [toContractSession(session), scopes.map(toContractScope), 9, signature],
      encodeGrantWithSignature(grant),
    ],
    ["revokeWithSignature", [packed, control], encodeRevokeWithSignature(session, control)],
    ["surrenderWithSignature", [packed, control], encodeSurrenderWithSignature(session, control)],
    ["suspendWithSignature", [packed, control], encodeSuspendWithSignature(session, control)],
    ["resumeWithSignature", [packed, control], encodeResumeWithSignature(session, control)],
    ["pauseWithSignature", [account, control], encodePauseWithSignature(account, control)],
    ["unpauseWithSignature", [account, control], encodeUnpauseWithSignature(account, control)],
    ["revokeAllWithSignature", [account, control], encodeRevokeAllWithSignature(account, control)],
    [
      "setGuardianWithSignature",
      [account, guardian, control],
      encodeSetGuardianWithSignature(account, guardian, control),
    ],
    [
      "reportMisuse",
      [packed, order, signature, scopes.map(packScope)],
      encodeReportMisuse({ session, order, signature, scopes }),
    ],
  ] as const)("%s has the arguments it was given", (functionName, args, data) => {
    expect(decodeFunctionData({ abi: sessionManagerAbi, data })).toEqual({ functionName, args });
  });
});

describe("toDelegation", () => {
  const context = parseAbiParameters([
    "Delegation delegation",
    "struct Delegation { bytes session; uint24 nonce; uint48 deadline; uint32 gasLimit; bytes[] scopes; bytes[] proofs; bytes signature; bytes lease; bytes approval; }",
  ]);
  const execution = parseAbiParameters([
    "Execution[] calls",
    "struct Execution { address target; uint256 value; bytes callData; }",
  ]);

  it("carries the order's proof in the context and its calls as an ERC-7579 batch", () => {
    const signedOrder = { order, signature, lease: random.bytes(71), approval: random.bytes(65) };
    const delegation = toDelegation({ signedOrder, session, scopes });
    const [decoded] = decodeAbiParameters(context, delegation.context);
    const { calls: _, sessionId: __, ...dated } = order;
    expect(decoded).toEqual({
      ...dated,
      session: packed,
      scopes: scopes.slice(0, 2).map(packScope),
      proofs: calls.map((call) => concatHex(getScopeProof(scopes, call.scope))),
      signature,
      lease: signedOrder.lease,
      approval: signedOrder.approval,
    });
    expect(delegation.mode).toBe(`0x01${"00".repeat(31)}`);
    const [batch] = decodeAbiParameters(execution, delegation.executionCalldata);
    expect(batch).toEqual(calls.map(({ target, value, data }) => ({ target, value, callData: data })));
  });

  it("packs a single call, and says nothing of a lease or approval that is not there", () => {
    const [call] = calls;
    if (call === undefined) throw new Error("There is a call");
    const delegation = toDelegation({ signedOrder: { order: createOrder([call]), signature }, session, scopes });
    expect(delegation.mode).toBe(`0x${"00".repeat(32)}`);
    const value = `0x${"00".repeat(31)}07` as const;
    expect(delegation.executionCalldata).toBe(concatHex([call.target, value, call.data]));
    const [decoded] = decodeAbiParameters(context, delegation.context);
    expect(decoded).toMatchObject({ lease: "0x", approval: "0x" });
  });

  it("is an empty batch for an order without calls, which only uses its nonce", () => {
    const delegation = toDelegation({ signedOrder: { order: createOrder([]), signature: "0x" }, session, scopes });
    expect(decodeAbiParameters(execution, delegation.executionCalldata)).toEqual([[]]);
  });

  it("refuses an order of another session, and a call that no scope admits", () => {
    const other = { ...order, sessionId: random.bytes(32) };
    expect(attempt(() => toDelegation({ signedOrder: { order: other, signature }, session, scopes }))).toBeInstanceOf(
      FieldInvalidError,
    );
    const odd = createOrder(calls.map((call) => ({ ...call, target: random.address() })));
    expect(attempt(() => toDelegation({ signedOrder: { order: odd, signature }, session, scopes }))).toBeInstanceOf(
      FieldInvalidError,
    );
  });

  it("goes to redeemDelegations in three lists", () => {
    const delegation = toDelegation({ signedOrder: { order, signature }, session, scopes });
    const data = encodeRedeemDelegations([delegation, delegation]);
    expect(data.slice(0, 10)).toBe(toFunctionSelector("redeemDelegations(bytes[],bytes32[],bytes[])"));
    expect(decodeFunctionData({ abi: sessionManagerAbi, data }).args).toEqual([
      [delegation.context, delegation.context],
      [delegation.mode, delegation.mode],
      [delegation.executionCalldata, delegation.executionCalldata],
    ]);
  });
});
