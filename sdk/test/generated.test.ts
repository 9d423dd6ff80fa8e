import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { concatHex, getContractAddress, keccak256, pad, stringToHex, type Address, type Hex } from "viem";
import { expect, it } from "vitest";
import { addresses, universalRouterPolicyAddresses } from "../src/index.ts";

it("is what the contracts' artifacts say", { timeout: 60_000 }, async () => {
  const script = fileURLToPath(new URL("../../scripts/generate.ts", import.meta.url));
  const { stdout } = await promisify(execFile)("node", [script, "--check"]);
  expect(stdout).toContain("up to date");
});

it("names the addresses that CreateX gives to the contracts as they are compiled, on every chain", () => {
  const createX = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";
  const salt = keccak256(keccak256(stringToHex("Latchkey 1")));
  const toAddress = (path: string, args: readonly Address[] = []): Address => {
    const file = fileURLToPath(new URL(`../../artifacts/contracts/${path}.json`, import.meta.url));
    const { bytecode } = JSON.parse(readFileSync(file, "utf8")) as { bytecode: Hex };
    const initCode = concatHex([bytecode, ...args.map((address) => pad(address))]);
    return getContractAddress({ opcode: "CREATE2", from: createX, salt, bytecode: initCode });
  };
  const [sessionGrants, sessionControl] = [
    toAddress("SessionGrants.sol/SessionGrants"),
    toAddress("SessionControl.sol/SessionControl"),
  ];
  const sessionManager = toAddress("SessionManager.sol/SessionManager", [sessionGrants, sessionControl]);
  const sessionAccount = toAddress("accounts/SessionAccount.sol/SessionAccount", [sessionManager]);
  const factory = "accounts/SessionAccountFactory.sol/SessionAccountFactory";
  expect(addresses[31_337]).toEqual({
    sessionControl,
    sessionGrants,
    sessionManager,
    sessionAccount,
    sessionAccountFactory: toAddress(factory, [sessionAccount]),
  });
  const universalRouterPolicy = toAddress("policies/UniversalRouterPolicy.sol/UniversalRouterPolicy");
  const policyFactory = "policies/UniversalRouterPolicyFactory.sol/UniversalRouterPolicyFactory";
  expect(universalRouterPolicyAddresses).toEqual({
    universalRouterPolicy,
    universalRouterPolicyFactory: toAddress(policyFactory, [universalRouterPolicy]),
  });
});
