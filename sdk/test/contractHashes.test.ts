import { type Address } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  hashApproval,
  hashGrant,
  hashLease,
  hashOrder,
  hashScope,
  hashSession,
  packScope,
  packSession,
  sessionManagerAbi,
  toContractScope,
  toContractSession,
  type Approval,
  type GrantMessage,
  type Lease,
  type Order,
  type Scope,
  type Session,
} from "../src/index.ts";
import { createRandom, createRandomScope, createRandomSession, type Random } from "./support/random.ts";
import { startLatchkey, type TestLatchkey } from "./support/startLatchkey.ts";

let latchkey: TestLatchkey;
let manager: Address;
let chainId: number;

beforeAll(async () => {
  latchkey = await startLatchkey();
  ({ manager, chainId } = latchkey);
});

afterAll(() => latchkey.chain.stop());

const read = {
  hashSession: (session: Session) =>
    latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashSession",
      args: [toContractSession(session)],
    }),
  packSession: (session: Session) =>
    latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "packSession",
      args: [toContractSession(session)],
    }),
  hashScope: (scope: Scope) =>
    latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashScope",
      args: [toContractScope(scope)],
    }),
  packScope: (scope: Scope) =>
    latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "packScope",
      args: [toContractScope(scope)],
    }),
  hashOrder: (order: Order) =>
    latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashOrder",
      args: [order],
    }),
  hashLease: ({ sessionId, issuedAt }: Lease) =>
    latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashLease",
      args: [sessionId, issuedAt],
    }),
  hashApproval: ({ orderHash }: Approval) =>
    latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashApproval",
      args: [orderHash],
    }),
  hashGrant: ({ session, scopes, deadline }: GrantMessage) =>
    latchkey.chain.client.readContract({
      address: manager,
      abi: sessionManagerAbi,
      functionName: "hashGrant",
      args: [toContractSession(session), scopes.map(toContractScope), deadline],
    }),
};

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
