import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { getContractAddress } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { expect, it } from "vitest";
import { addresses } from "../src/index.ts";

it("is what the contracts' artifacts say", { timeout: 60_000 }, async () => {
  const script = fileURLToPath(new URL("../../scripts/generate.ts", import.meta.url));
  const { stdout } = await promisify(execFile)("node", [script, "--check"]);
  expect(stdout).toContain("up to date");
});

it("names the addresses of a fresh local chain, where account 0 deploys the five contracts first", () => {
  const { address: from } = mnemonicToAccount("test test test test test test test test test test test junk");
  const [sessionControl, sessionGrants, sessionManager, sessionAccount, sessionAccountFactory] = [
    0n,
    1n,
    2n,
    3n,
    4n,
  ].map((nonce) => getContractAddress({ from, nonce }));
  expect(addresses[31_337]).toEqual({
    sessionControl,
    sessionGrants,
    sessionManager,
    sessionAccount,
    sessionAccountFactory,
  });
});
