import { hashTypedData, recoverTypedDataAddress, type Address, type Hex } from "viem";
import { hashTypedData as hashNested } from "viem/experimental/erc7739";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import {
  EncodingError,
  fromGrantTypedData,
  hashApproval,
  hashControl,
  hashGrant,
  hashLease,
  packLease,
  signApproval,
  signForAccount,
  signLease,
  toAccountTypedData,
  toApprovalTypedData,
  toControlTypedData,
  toGrantTypedData,
  toLeaseTypedData,
  unpackLease,
  type ControlMessage,
  type LatchkeyTypedData,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createGrantable, createRandom } from "./support/random.ts";

const random = createRandom(120);
const domain = { chainId: 31_337, manager: random.address() };
const key = privateKeyToAccount(random.bytes(32));

describe("leases", () => {
  it("carry the date and the sentinel's signature", async () => {
    const lease = { sessionId: random.bytes(32), issuedAt: 1_800_000_000 };
    const packed = await signLease({ lease, signer: key, ...domain });
    const { issuedAt, signature } = unpackLease(packed);
    expect(issuedAt).toBe(lease.issuedAt);
    const typedData = toLeaseTypedData(lease, domain);
    expect(await recoverTypedDataAddress({ ...typedData, signature })).toBe(key.address);
    expect(packLease({ issuedAt, signature })).toBe(packed);
  });

  it("are refused when they are too short to hold a date, and may carry no signature", () => {
    expect(attempt(() => unpackLease("0x0102030405"))).toBeInstanceOf(EncodingError);
    expect(unpackLease("0x000000000009")).toEqual({ issuedAt: 9, signature: "0x" });
  });

  it("are another message for another session, date, chain or manager", () => {
    const lease = { sessionId: random.bytes(32), issuedAt: 1_800_000_000 };
    const hashes = [
      hashLease(lease, domain),
      hashLease({ ...lease, sessionId: random.bytes(32) }, domain),
      hashLease({ ...lease, issuedAt: lease.issuedAt + 1 }, domain),
      hashLease(lease, { ...domain, chainId: 1 }),
      hashLease(lease, { ...domain, manager: random.address() }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

it("approvals are the approver's signature over the order's hash", async () => {
  const approval = { orderHash: random.bytes(32) };
  const signature = await signApproval({ approval, signer: key, ...domain });
  expect(await recoverTypedDataAddress({ ...toApprovalTypedData(approval, domain), signature })).toBe(key.address);
  expect(hashApproval(approval, domain)).not.toBe(hashApproval({ orderHash: random.bytes(32) }, domain));
});

describe("control messages", () => {
  const dated = { account: random.address(), controlNonce: 5, deadline: 1_800_000_000 };
  const sessionId = random.bytes(32);
  const messages: ControlMessage[] = [
    ...(["Revoke", "Surrender", "Suspend", "Resume"] as const).map((type) => ({ type, sessionId, ...dated })),
    ...(["Pause", "Unpause", "RevokeAll"] as const).map((type) => ({ type, ...dated })),
    { type: "SetGuardian", guardian: random.address(), ...dated },
  ];

  it.each(messages.map((message) => [message.type, message] as const))("%s is signed as it is", async (_, message) => {
    const typedData = toControlTypedData(message, domain);
    const signature = await key.signTypedData(typedData);
    expect(await recoverTypedDataAddress({ ...typedData, signature })).toBe(key.address);
  });

  it("differ by function, account, nonce and deadline", () => {
    const odd: ControlMessage[] = messages.flatMap((message) => [
      message,
      { ...message, account: random.address() },
      { ...message, controlNonce: 6 },
      { ...message, deadline: 1_800_000_001 },
    ]);
    expect(new Set(odd.map((message) => hashControl(message, domain))).size).toBe(odd.length);
  });
});

describe("the signature of a SessionAccount's owner", () => {
  const account: Address = random.address();
  const pause: ControlMessage = { type: "Pause", account, controlNonce: 0, deadline: 1_800_000_000 };
  const verifierDomain = {
    name: "Latchkey SessionAccount",
    version: "1",
    chainId: domain.chainId,
    verifyingContract: account,
    salt: `0x${"00".repeat(32)}`,
  } as const;

  it.each<[string, LatchkeyTypedData, string]>([
    [
      "a control message",
      toControlTypedData(pause, domain),
      "Pause(address account,uint48 controlNonce,uint48 deadline)",
    ],
    [
      "a grant",
      toGrantTypedData({ ...createGrantable(random), deadline: 1_800_000_000 }, domain),
      "Grant(Session session,Scope[] scopes,uint48 deadline)Limit(",
    ],
  ])("nests %s in the account's domain, as ERC-7739 says", async (_, typedData, type) => {
    const nested = toAccountTypedData(typedData, account);
    expect(hashTypedData(nested)).toBe(hashNested({ ...typedData, verifierDomain }));
    const signature = await signForAccount({ typedData, account, owner: key });
    const inner: Hex = `0x${signature.slice(2, 132)}`;
    expect(await recoverTypedDataAddress({ ...nested, signature: inner })).toBe(key.address);
    expect(Buffer.from(signature.slice(2), "hex").toString("latin1")).toContain(type);
    expect(hashTypedData(toAccountTypedData(typedData, random.address()))).not.toBe(hashTypedData(nested));
  });
});

describe("fromGrantTypedData", () => {
  const grant = { ...createGrantable(random), deadline: 1_800_000_000 };

  it("gives back what is about to be signed", () => {
    expect(fromGrantTypedData(toGrantTypedData(grant, domain))).toEqual(grant);
  });

  it("refuses scopes that the session does not commit to, and enums beyond their values", () => {
    const other = toGrantTypedData({ ...grant, scopes: createGrantable(random).scopes }, domain);
    expect(attempt(() => fromGrantTypedData(other))).toBeInstanceOf(EncodingError);
    const { message } = toGrantTypedData(grant, domain);
    const odd = { message: { ...message, session: { ...message.session, accountKind: 7 } } };
    expect(attempt(() => fromGrantTypedData(odd))).toBeInstanceOf(EncodingError);
  });
});

it("hashGrant depends on session, scopes and deadline", () => {
  const grant = { ...createGrantable(random), deadline: 1_800_000_000 };
  const hashes = [
    hashGrant(grant, domain),
    hashGrant({ ...grant, deadline: 1 }, domain),
    hashGrant({ ...grant, scopes: [] }, domain),
    hashGrant({ ...grant, session: { ...grant.session, leaseTtl: 60 } }, domain),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});
