import { signApproval, signLease, signOrder, toSignedOrderJson } from "@latchkey/sdk";
import { parseEther, type Hex, type LocalAccount } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseProblem, post, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";

let world: World;
let relayer: RelayerProcess;
const sentinel = privateKeyToAccount(generatePrivateKey());
const approver = privateKeyToAccount(generatePrivateKey());
const leaseTtl = 600;

beforeAll(async () => {
  world = await createWorld();
  relayer = await startRelayer(await world.createEnv());
});
afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

async function createLease(sessionId: Hex, issuedAt: number, signer: LocalAccount = sentinel): Promise<Hex> {
  return signLease({ lease: { sessionId, issuedAt }, signer, manager: world.manager, chainId: world.chain.chainId });
}

const grantLeased = (): Promise<GrantedSession> => grant({ sentinel: sentinel.address, leaseTtl });

async function grant(input: Parameters<World["grant"]>[1]): Promise<GrantedSession> {
  const granted = await world.grant(await world.createAccount(), input);
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "active");
  return granted;
}

async function expectConfirmed(orderHash: Hex): Promise<void> {
  const { status } = await waitForOrder(relayer.url, orderHash, (order) => order.status === "confirmed");
  expect(status).toBe("confirmed");
}

async function findRefusal(body: unknown): Promise<string> {
  return parseProblem(await post(`${relayer.url}/v1/orders`, body)).code;
}

test("runs an order whose lease is the sentinel's and good now", async () => {
  const granted = await grantLeased();
  const { body, orderHash } = await granted.createOrder({ nonce: 0 });
  const lease = await createLease(granted.sessionId, await world.chain.getTime());
  expect((await post(`${relayer.url}/v1/orders`, { ...body, lease })).status).toBe(202);
  await expectConfirmed(orderHash);
});

test("refuses an order without the lease that its session needs", async () => {
  const granted = await grantLeased();
  expect(await findRefusal((await granted.createOrder({ nonce: 0 })).body)).toBe("lease-invalid");
});

test("refuses a lease that has lapsed", async () => {
  const granted = await grantLeased();
  const { body } = await granted.createOrder({ nonce: 0 });
  const lease = await createLease(granted.sessionId, (await world.chain.getTime()) - leaseTtl - 10);
  expect(await findRefusal({ ...body, lease })).toBe("lease-not-current");
});

test("refuses a lease of anybody else", async () => {
  const granted = await grantLeased();
  const { body } = await granted.createOrder({ nonce: 0 });
  const lease = await createLease(granted.sessionId, await world.chain.getTime(), granted.key);
  expect(await findRefusal({ ...body, lease })).toBe("lease-invalid");
});

function grantApproved(): Promise<GrantedSession> {
  const limit = {
    token: world.token,
    amount: parseEther("1000"),
    period: 0,
    approveAbove: 10n,
    kind: "gross",
  } as const;
  return grant({ approver: approver.address, limits: [limit] });
}

test("runs an order above the amount that its approver has signed", async () => {
  const granted = await grantApproved();
  const { body, orderHash } = await granted.createOrder({ nonce: 0, amount: 11n });
  const approval = await signApproval({
    approval: { orderHash },
    signer: approver,
    manager: world.manager,
    chainId: world.chain.chainId,
  });
  expect((await post(`${relayer.url}/v1/orders`, { ...body, approval })).status).toBe(202);
  await expectConfirmed(orderHash);
});

test("refuses an order above the amount that nobody has approved", async () => {
  const granted = await grantApproved();
  expect(await findRefusal((await granted.createOrder({ nonce: 0, amount: 11n })).body)).toBe("approval-missing");
});

test("refuses an approval of anybody else", async () => {
  const granted = await grantApproved();
  const { body, orderHash } = await granted.createOrder({ nonce: 0, amount: 11n });
  const { manager, chain } = world;
  const approval = await signApproval({
    approval: { orderHash },
    signer: granted.key,
    manager,
    chainId: chain.chainId,
  });
  expect(await findRefusal({ ...body, approval })).toBe("approval-invalid");
});

test("runs an order whose key is a contract (ERC-1271), and refuses one that the contract does not own to", async () => {
  const { manager, chain } = world;
  const owner = privateKeyToAccount(generatePrivateKey());
  const signer = await chain.deploy("test/Erc1271Signer", [owner.address]);
  const granted = await grant({ signer });
  const { order, orderHash, body } = await granted.createOrder({ nonce: 0 });
  expect(await findRefusal(body)).toBe("signature-invalid");
  const signature = await signOrder({ order, signer: owner, manager, chainId: chain.chainId });
  expect((await post(`${relayer.url}/v1/orders`, toSignedOrderJson({ order, signature }))).status).toBe(202);
  await expectConfirmed(orderHash);
});
