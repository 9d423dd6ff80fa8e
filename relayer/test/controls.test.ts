import { createLatchkeyClient, type LatchkeyClient } from "@latchkey/sdk";
import type { Address, LocalAccount } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { waitUntil } from "../../scripts/stack/waitUntil.ts";
import { parseProblem, post, request, requestAs, waitForOrder, waitForSession } from "./support/api.ts";
import { createWorld, type GrantedSession, type World } from "./support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "./support/runRelayer.ts";
import { signControl } from "./support/signControl.ts";

let world: World;
let relayer: RelayerProcess;
let owner: LocalAccount;

beforeAll(async () => {
  world = await createWorld();
  owner = world.chain.accounts.owner.account;
  relayer = await startRelayer(await world.createEnv({ GAS_PER_ACCOUNT_AND_DAY: "1000000" }));
});
afterAll(async () => {
  await relayer?.stop();
  await world?.stop();
});

async function grant(account?: Address): Promise<GrantedSession> {
  const granted = await world.grant(account ?? (await world.createAccount()));
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "active");
  return granted;
}

const getDomain = () => ({ chainId: world.chain.chainId, manager: world.manager });

function createClient({ sessionId, key }: GrantedSession, relayerUrl = relayer.url): LatchkeyClient {
  const retryPolicy = { attemptsMax: 1, delayBaseMs: 1, delayMaxMs: 1 };
  return createLatchkeyClient({ relayerUrl, ...getDomain(), sessionKey: key, sessionId, retryPolicy });
}

const sign = (message: Parameters<typeof signControl>[1]["message"], account: Address, signer?: LocalAccount) =>
  signControl(world, { message, account, ...(signer && { signer }) });

const controlSchema = z.object({
  id: z.string(),
  status: z.string(),
  reason: z.object({ name: z.string() }).optional(),
});

async function waitForControl(id: string, url = relayer.url) {
  return waitUntil({
    what: "the end of the control",
    async probe() {
      const { json } = await request(`${url}/v1/controls/${id}`);
      const control = controlSchema.parse(json);
      return ["done", "failed"].includes(control.status) ? control : undefined;
    },
    timeoutMs: 30_000,
    intervalMs: 50,
  });
}

test("a key gives its session up, by one call of the SDK and at no cost of its own", async () => {
  const granted = await grant();
  const client = createClient(granted);
  const order = await granted.createOrder({ nonce: 0 });
  expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
  await waitForOrder(relayer.url, order.orderHash);
  const given = await client.surrender();
  expect(given).toMatchObject({ kind: "surrender", sessionId: granted.sessionId, account: granted.session.account });
  const { status } = await waitForSession(relayer.url, granted.sessionId, (session) => session.status === "revoked");
  expect(status).toBe("revoked");
  expect((await waitForControl(given.id)).status).toBe("done");
  expect(await client.getControl(given.id)).toMatchObject({
    status: "done",
    transactionHash: expect.any(String) as string,
  });
  const late = await granted.createOrder({ nonce: 1 });
  expect(parseProblem(await post(`${relayer.url}/v1/orders`, late.body)).code).toBe("session-revoked");
  const again = await client.surrender().catch((error: unknown) => error);
  expect(again).toMatchObject({ code: "control-refused" });
});

test("the same again is the same while it is under way", async () => {
  const granted = await grant();
  const client = createClient(granted);
  await world.chain.pauseMining();
  try {
    const first = await client.surrender();
    // The node has it, and would say of the state after it that there is nothing to surrender.
    await world.chain.waitForPending(world.chain.accounts.relayer.account.address);
    const second = await client.surrender();
    expect(second.id).toBe(first.id);
  } finally {
    await world.chain.resumeMining();
  }
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "revoked");
});

test("sends what the owner has signed: a revocation, and a pause of the account", async () => {
  const granted = await grant();
  const { account } = granted.session;
  const other = await grant(account);
  const revocation = await sign({ type: "Revoke", sessionId: granted.sessionId }, account);
  const path = `${relayer.url}/v1/sessions/${granted.sessionId}/revoke`;
  expect((await requestAs(owner, path, { method: "POST", body: revocation })).status).toBe(202);
  await waitForSession(relayer.url, granted.sessionId, ({ status }) => status === "revoked");
  const pause = await sign({ type: "Pause" }, account);
  const answer = await requestAs(owner, `${relayer.url}/v1/accounts/${account}/pause`, { method: "POST", body: pause });
  expect(answer.status).toBe(202);
  await waitForSession(relayer.url, other.sessionId, ({ status }) => status === "paused");
});

test("takes no control from strangers, and none that its signer may not give", async () => {
  const granted = await grant();
  const { sessionId, session, key } = granted;
  const path = `${relayer.url}/v1/sessions/${sessionId}/surrender`;
  const body = await sign({ type: "Surrender", sessionId }, session.account, key);
  const stranger = world.chain.accounts.deployer.account;
  expect(parseProblem(await post(path, body)).code).toBe("authentication-required");
  expect(parseProblem(await requestAs(stranger, path, { method: "POST", body })).code).toBe("not-a-party");
  const forged = await sign({ type: "Surrender", sessionId }, session.account, stranger);
  expect(parseProblem(await requestAs(key, path, { method: "POST", body: forged }))).toMatchObject({
    status: 422,
    code: "control-refused",
    rule: { name: "ControlSignatureInvalid" },
  });
  const pausePath = `${relayer.url}/v1/accounts/${session.account}/pause`;
  const pause = await sign({ type: "Pause" }, session.account);
  expect(parseProblem(await requestAs(key, pausePath, { method: "POST", body: pause })).code).toBe("not-a-party");
  expect((await waitForSession(relayer.url, sessionId)).status).toBe("active");
});

test("counts its gas in the account's budget", async () => {
  const account = await world.createAccount();
  const granted = await grant(account);
  // Two orders leave less than a control needs.
  for (const nonce of [0, 1]) {
    const order = await granted.createOrder({ nonce, gasLimit: 300_000 });
    expect((await post(`${relayer.url}/v1/orders`, order.body)).status).toBe(202);
    await waitForOrder(relayer.url, order.orderHash);
  }
  const codes: unknown[] = [];
  for (let count = 0; count < 20 && codes.at(-1) !== "gas-budget-exceeded"; count += 1) {
    const session = await grant(account);
    const given = await createClient(session)
      .surrender()
      .catch((error: unknown) => error);
    codes.push(z.object({ code: z.string() }).safeParse(given).data?.code);
    if (codes.at(-1) === undefined) {
      await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "revoked");
    }
  }
  expect(codes.at(-1)).toBe("gas-budget-exceeded");
});

test("sends again what the node has forgotten", async () => {
  const granted = await grant();
  await world.chain.pauseMining();
  let id: string;
  try {
    ({ id } = await createClient(granted).surrender());
    await world.chain.waitForPending(world.chain.accounts.relayer.account.address);
    await world.chain.forgetPending();
  } finally {
    await world.chain.resumeMining();
  }
  expect((await waitForControl(id)).status).toBe("done");
});

test.each(["before", "after"])("a surrender outlives kill -9 %s it is sent", async (moment) => {
  const granted = await grant();
  const wallet = world.chain.accounts.deployer;
  const env = await world.createEnv({ HOT_WALLET_PRIVATE_KEY: wallet.privateKey });
  const first = await startRelayer(env);
  await waitForSession(first.url, granted.sessionId, ({ status }) => status === "active");
  await world.chain.pauseMining();
  try {
    const { id } = await createClient(granted, first.url).surrender();
    if (moment === "after") await world.chain.waitForPending(wallet.account.address);
    await first.kill();
    if (moment === "after") await world.chain.forgetPending();
    await world.chain.resumeMining();
    const second = await startRelayer(env);
    await waitForSession(second.url, granted.sessionId, ({ status }) => status === "revoked");
    expect((await waitForControl(id, second.url)).status).toBe("done");
    await second.stop();
  } finally {
    await world.chain.resumeMining();
  }
});
