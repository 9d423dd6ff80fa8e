import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { root } from "../../scripts/root.ts";
import { runCli } from "./support/runCli.ts";

const env = {
  RPC_URL: "http://127.0.0.1:8545/a-key-of-the-node",
  CHAIN_ID: "31337",
  MANAGER_ADDRESS: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
  HOT_WALLET_PRIVATE_KEY: `0x${"11".repeat(32)}`,
};

test("config check says what a valid configuration means, and no secret", async () => {
  const { code, stdout, stderr } = await runCli(["config", "check"], { ...env, AUTH_SECRET: `0x${"22".repeat(32)}` });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("The configuration is valid.");
  expect(stdout).toContain("chain 31337");
  expect(stdout).not.toMatch(/1111|2222|a-key-of-the-node/);
});

test("config check names all faults at once, also those of variables that belong together", async () => {
  const { code, stderr } = await runCli(["config", "check"], {
    ...env,
    CHAIN_ID: "0",
    FEES: "required",
    TRUST_PROXY: "everyone",
    TRACE_RATIO: "2",
  });
  expect(code).toBe(1);
  const named = [...stderr.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(["CHAIN_ID", "FEE_RECIPIENT", "FEE_TOKEN", "TRACE_RATIO", "TRUST_PROXY"]));
});

test(".env.example is what the schema says", async () => {
  const { stdout } = await runCli(["config", "example"]);
  const path = `${root}relayer/.env.example`;
  expect(await readFile(path, "utf8"), `Run \`npx latchkey-relayer config example > relayer/.env.example\``).toBe(
    stdout,
  );
});

test.each([
  ["nothing", [], 0],
  ["an unknown command", ["lanes", "explode"], 2],
  ["no account", ["accounts", "allow"], 2],
  ["what is no account", ["accounts", "deny", "0x12"], 2],
  ["a signer that is no account", ["audit", "verify", "--signer", "0x12"], 2],
])("answers %s in words, with exit code", async (_, args, expected) => {
  const { code, stdout, stderr } = await runCli(args, env);
  expect(code).toBe(expected);
  expect(stdout + stderr).toMatch(/latchkey-relayer|account|address/);
  expect(stderr).not.toContain("    at ");
});
