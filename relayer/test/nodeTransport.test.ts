import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createPublicClient } from "viem";
import { afterEach, expect, test } from "vitest";
import { nodeTransport } from "../src/chain/nodeTransport.ts";
import { findRevertData, isAnswer } from "../src/chain/rpcErrors.ts";

let server: Server;
let connections = 0;

async function createClient(listener: RequestListener, timeoutMs = 3_000) {
  connections = 0;
  server = createServer(listener).on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  const transport = nodeTransport(`http://127.0.0.1:${address.port}`, { timeoutMs });
  const client = createPublicClient({ transport });
  return () => client.request({ method: "eth_chainId" });
}

const answer =
  (text: string, status = 200): RequestListener =>
  (incoming, outgoing) => {
    incoming.resume().on("end", () => outgoing.writeHead(status).end(text));
  };

const fail = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => Promise.reject(new Error("It did not fail")),
    (error: unknown) => error,
  );

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test("keeps its connection", async () => {
  const ask = await createClient(answer('{"jsonrpc":"2.0","id":1,"result":"0x1","error":null}'));
  expect(await ask()).toBe("0x1");
  expect(await ask()).toBe("0x1");
  expect(connections).toBe(1);
});

test("asks again at once when the node closes a kept connection at that moment", async () => {
  let requests = 0;
  const ask = await createClient((incoming, outgoing) => {
    requests += 1;
    if (requests === 2) return void incoming.socket.resetAndDestroy();
    answer('{"result":"0x1"}')(incoming, outgoing);
  });
  expect(await ask()).toBe("0x1");
  expect(await ask()).toBe("0x1");
  expect(requests).toBe(3);
});

test("asks only once over a connection that was new", async () => {
  let requests = 0;
  const ask = await createClient((incoming) => {
    requests += 1;
    incoming.socket.resetAndDestroy();
  });
  expect(isAnswer(await fail(ask()))).toBe(false);
  expect(requests).toBe(1);
});

test.each<[string, RequestListener]>([
  ["nothing in time", () => undefined],
  [
    "half of it in time",
    (_, outgoing) => {
      outgoing.writeHead(200).write('{"result":');
    },
  ],
])("takes %s for no answer", async (_, listener) => {
  const ask = await createClient(listener, 200);
  const error = await fail(ask());
  expect(error).toHaveProperty("name", "TimeoutError");
  expect(isAnswer(error)).toBe(false);
});

test.each<[string, RequestListener]>([
  ["a page", answer("<html>", 200)],
  ["an error of a proxy", answer('{"message":"no"}', 502)],
  ["a result with a status that is none", answer('{"result":"0x1"}', 500)],
  ["a list", answer("[]")],
  [
    "a connection that ends in the middle",
    (_, outgoing) => {
      outgoing.writeHead(200, { "content-length": 100 }).write('{"result":');
      setTimeout(() => outgoing.destroy(), 20);
    },
  ],
])("takes %s for no answer of a node", async (_, listener) => {
  const ask = await createClient(listener);
  expect(isAnswer(await fail(ask()))).toBe(false);
});

test("tells a node's refusal from an outage, whatever its status, with the data of a revert", async () => {
  const ask = await createClient(answer('{"error":{"code":3,"message":"reverted","data":"0x1234"}}', 400));
  const error = await fail(ask());
  expect(isAnswer(error)).toBe(true);
  expect(findRevertData(error)).toBe("0x1234");
});

test("reads no answer that does not fit, and says that the node has answered", async () => {
  const ask = await createClient(answer(`{"result":"${"0".repeat(11 * 1024 * 1024)}"}`));
  const error = await fail(ask());
  expect(isAnswer(error)).toBe(true);
  expect(String(error)).toContain("more than 10485760 bytes");
});
