import { verifyRequest } from "@slicekit/erc8128";
import { recoverMessageAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, expect, it } from "vitest";
import {
  createLatchkeyClient,
  createSession,
  hashSession,
  templates,
  toScopeJson,
  toSessionJson,
} from "../src/index.ts";
import { createRandom } from "./support/random.ts";
import { startServer, type TestServer } from "./support/startServer.ts";

const random = createRandom(81);
const [account, manager, token, recipient] = [random.address(), random.address(), random.address(), random.address()];
const sessionKey = privateKeyToAccount(generatePrivateKey());
const chainId = 31_337;
const { session, scopes } = createSession({
  account,
  signer: sessionKey.address,
  validUntil: Math.floor(Date.now() / 1000) + 3600,
  maxOrders: 100,
  ...templates.payment({ token, recipients: [recipient], amount: 100n, period: 0 }),
});
const state = {
  sessionId: hashSession(session),
  status: "active",
  session: toSessionJson(session),
  scopes: scopes.map(toScopeJson),
  nextNonce: 0,
  remaining: [{ limit: 0, token, amount: "100", remaining: "100" }],
};

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Who signed what the server was asked, as any verifier of ERC-8128 finds out. */
async function findSigners({ url, requests }: TestServer): Promise<string[]> {
  const nonces = new Set<string>();
  return Promise.all(
    requests.map(async ({ method, path, headers, body }) => {
      const result = await verifyRequest({
        request: new Request(`${url}${path}`, {
          method,
          headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
        verifyMessage: async ({ address, message, signature }) =>
          (await recoverMessageAddress({ message, signature })).toLowerCase() === address.toLowerCase(),
        nonceStore: {
          consume: async (nonce) => {
            const isNew = !nonces.has(nonce);
            nonces.add(nonce);
            return isNew;
          },
        },
      });
      return result.ok ? `${result.chainId}:${result.address}` : result.reason;
    }),
  );
}

const mine = `${chainId}:${sessionKey.address.toLowerCase()}`;

it("signs what asks for, or tells, what is not on chain, each attempt with its own nonce", async () => {
  let isFirst = true;
  server = await startServer(() => {
    if (!isFirst) return { status: 200, json: state };
    isFirst = false;
    return { status: 503, json: { code: "rpc-unavailable", title: "", status: 503, retryable: true } };
  });
  const client = createLatchkeyClient({
    relayerUrl: server.url,
    chainId,
    manager,
    sessionKey,
    session,
    scopes,
    retryPolicy: { delayBaseMs: 1 },
  });
  expect((await client.getSession()).remaining).toMatchObject([{ remaining: 100n, reserved: undefined }]);
  await client.putSession({ session, scopes });
  expect(await findSigners(server)).toEqual([mine, mine, mine]);
});

it("signs nothing with a key that signs orders only, and nothing that is public", async () => {
  server = await startServer(({ path }) =>
    path === "/v1/info" ? { status: 200, json: { chainId, manager } } : { status: 200, json: state },
  );
  const { address, signTypedData } = sessionKey;
  const options = { relayerUrl: server.url, chainId, manager, session, scopes };
  await createLatchkeyClient({ ...options, sessionKey: { address, signTypedData } }).getSession();
  await createLatchkeyClient({ ...options, sessionKey }).getInfo();
  expect(await findSigners(server)).toEqual(["missing_headers", "missing_headers"]);
});
