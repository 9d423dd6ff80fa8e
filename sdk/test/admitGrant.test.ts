import { concatHex, zeroAddress, type Address, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import {
  admitGrant,
  createScope,
  createSession,
  nativeToken,
  SessionInvalidError,
  sortScopes,
  toScopesRoot,
  type Limit,
  type LimitKind,
  type Scope,
  type Session,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createGrantable, createRandom } from "./support/random.ts";

const random = createRandom(140);
const [token, target, manager, sentinel, approver] = random.list(5, random.address) as [
  Address,
  Address,
  Address,
  Address,
  Address,
];
const limitOf = (kind: LimitKind, change: Partial<Limit> = {}): Limit => ({
  token,
  amount: 100n,
  period: 0,
  approveAbove: 0n,
  kind,
  ...change,
});
const call = createScope({ target, function: "0x12345678" });
const transfer = createScope({ target: token, function: "transfer(address,uint256)" });
const transferFrom = createScope({ target: token, function: "transferFrom(address,address,uint256)" });
const send = createScope({ target, maxValue: 1n });
const payable = createScope({ target, function: "0x12345678", maxValue: 1n });
const spending = createScope({ target, function: "0x12345678", spendToken: token });
const permitted: Scope = { ...spending, spendMethod: "permit2" };

function getError(change: Partial<Session>, scopes: readonly Scope[] = [call]): string {
  const sorted = sortScopes(scopes);
  const { session } = createGrantable(random, { scopesRoot: toScopesRoot(sorted), ...change });
  return admitGrant({ session, scopes: sorted, manager })?.error ?? "granted";
}

const native = { token: nativeToken };

describe("admitGrant", () => {
  it.each<[string, Scope, Limit[], string]>([
    ["a transfer under a gross limit", transfer, [limitOf("gross")], "granted"],
    ["a transfer under a net limit", transfer, [limitOf("net")], "LimitMissing"],
    ["a transfer under an inventory", transfer, [limitOf("inventory")], "LimitMissing"],
    ["a transfer under a net and a gross limit", transfer, [limitOf("net"), limitOf("gross")], "granted"],
    ["a transferFrom under a net limit", transferFrom, [limitOf("net")], "LimitMissing"],
    ["a plain transfer under a gross limit", send, [limitOf("gross", native)], "granted"],
    ["a plain transfer under a net limit", send, [limitOf("net", native)], "LimitMissing"],
    ["value with data under a net limit", payable, [limitOf("net", native)], "granted"],
    ["value with data under an inventory", payable, [limitOf("inventory", native)], "LimitMissing"],
    ["an allowance under a net limit", spending, [limitOf("net")], "granted"],
    ["an allowance under an inventory", spending, [limitOf("inventory")], "LimitMissing"],
    ["an allowance under an inventory and a net limit", spending, [limitOf("inventory"), limitOf("net")], "granted"],
    ["a Permit2 allowance under a gross limit", permitted, [limitOf("gross")], "granted"],
    ["a Permit2 allowance without a limit", permitted, [], "LimitMissing"],
    [
      "any function of a token with an inventory",
      createScope({ target: token, function: "0x12345678" }),
      [limitOf("inventory")],
      "SelectorForbidden",
    ],
  ])("judges %s", (_, scope, limits, error) => {
    expect(getError({ limits }, [scope])).toBe(error);
  });

  it.each<[string, Limit[], string]>([
    ["an inventory of nothing", [limitOf("inventory", { amount: 0n })], "granted"],
    ["an inventory with a period", [limitOf("inventory", { period: 1 })], "InventoryPeriodic"],
    ["a net limit of nothing", [limitOf("net", { amount: 0n })], "LimitAmountZero"],
    ["a periodic net limit", [limitOf("net", { period: 60 })], "granted"],
    ["approval above an amount, by nobody", [limitOf("gross", { approveAbove: 5n })], "ApproverMissing"],
    ["16 limits", Array.from({ length: 16 }, () => limitOf("gross")), "TooManyLimits"],
  ])("judges %s", (_, limits, error) => {
    expect(getError({ limits })).toBe(error);
  });

  const key: Hex = "0x00000000000000000000000000000000000000b1";
  const verified = concatHex([random.address(), random.bytes(64)]);
  it.each<[string, Partial<Session>, string]>([
    ["an ERC-7913 key", { signer: verified }, "granted"],
    ["a key of a verifier that is the manager", { signer: concatHex([manager, "0x01"]) }, "SignerInvalid"],
    ["a key that is too short", { signer: "0x1234" }, "SignerInvalid"],
    ["a lease by nobody", { leaseTtl: 60 }, "SentinelInvalid"],
    ["a lease by a sentinel", { leaseTtl: 60, sentinel }, "granted"],
    ["revocation by nobody", { sentinelMayRevoke: true }, "SentinelInvalid"],
    ["a sentinel that is the key", { signer: key, sentinel: key }, "SentinelInvalid"],
    ["a sentinel without powers but to suspend", { sentinel }, "granted"],
    ["an approver that is an address", { approver }, "granted"],
    ["an approver with an ERC-7913 key", { approver: verified }, "granted"],
    ["an approver that is too short", { approver: "0x1234" }, "ApproverInvalid"],
    ["an approver that is nobody", { approver: zeroAddress }, "ApproverInvalid"],
    ["an approver that is the key", { signer: key, approver: key }, "ApproverInvalid"],
    ["a Safe that ends on misuse", { accountKind: "safe", revokeOnMisuse: true }, "granted"],
    ["approval by the approver", { approver, limits: [limitOf("net", { approveAbove: 1n })] }, "granted"],
  ])("judges %s", (_, change, error) => {
    expect(getError(change)).toBe(error);
  });

  it("refuses a policy that is the account or the manager, and takes another", () => {
    const account = random.address();
    const judge = (policy: Address) => getError({ account }, [{ ...call, policy }]);
    expect([judge(account), judge(manager), judge(random.address())]).toEqual([
      "PolicyInvalid",
      "PolicyInvalid",
      "granted",
    ]);
  });
});

it("createSession fills every field and says in a sentence what is wrong", () => {
  const now = Math.floor(Date.now() / 1000);
  const input = {
    account: random.address(),
    signer: concatHex([random.address(), random.bytes(64)]),
    validUntil: now + 3600,
    maxOrders: 5,
    accountKind: "erc7579" as const,
    sentinel,
    leaseTtl: 60,
    approver,
    revokeOnMisuse: true,
    limits: [
      { token, amount: 0n, kind: "inventory" as const },
      { token, amount: 9n, kind: "net" as const },
    ],
    scopes: [permitted],
  };
  expect(createSession(input).session).toMatchObject({ sentinel, leaseTtl: 60, approver: approver.toLowerCase() });
  const odd = attempt(() => createSession({ ...input, sentinel: zeroAddress }));
  expect(odd).toBeInstanceOf(SessionInvalidError);
  expect(odd).toMatchObject({ message: expect.stringContaining("names no sentinel") as string });
});
