import { expect, test } from "vitest";
import { createRpc } from "../src/chain/createRpc.ts";
import { RpcError } from "../src/chain/rpcErrors.ts";
import { toErrorFields } from "../src/log.ts";
import { ProblemError } from "../src/problem.ts";

test("keeps the node's URL, which may hold a key, out of the log", async () => {
  const rpc = createRpc({ rpcUrl: "http://user:password@127.0.0.1:1/v2/secret", rpcTimeoutMs: 1_000 });
  const failure: unknown = await rpc.getBlock("latest").catch((error: unknown) => error);
  if (!(failure instanceof RpcError)) throw new Error("Nothing listens on port 1");
  const wrapped = new ProblemError("rpc-unavailable", "It could not be read", { cause: failure });
  for (const error of [failure, wrapped]) {
    const text = JSON.stringify(toErrorFields(error));
    expect(text).toContain("eth_getBlock failed");
    expect(text).not.toMatch(/secret|password/);
  }
});

test("logs an error with its causes", () => {
  const error = new Error("outer", { cause: new TypeError("inner") });
  expect(toErrorFields(error)).toMatchObject({ type: "Error", message: "outer", causes: ["TypeError: inner"] });
});
