import { expect, test } from "vitest";
import { ConfigInvalidError, readConfig } from "../src/config.ts";

const valid = {
  RPC_URL: "http://127.0.0.1:8545",
  CHAIN_ID: "31337",
  MANAGER_ADDRESS: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
  HOT_WALLET_PRIVATE_KEY: `0x${"11".repeat(32)}`,
};

function readFaults(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigInvalidError) return error.faults;
    throw error;
  }
  return [];
}

test("fills defaults and takes an empty variable for an absent one", () => {
  const config = readConfig({ ...valid, DATABASE_URL: "", PORT: "" });
  expect(config).toMatchObject({
    manager: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    databaseUrl: undefined,
    dataDir: ".latchkey/relayer",
    host: "127.0.0.1",
    port: 8547,
    access: "allowlist",
    allowedAccounts: [],
    corsOrigins: [],
    confirmations: 1,
  });
});

test("names every missing variable at once", () => {
  const faults = readFaults({});
  expect(faults.map((fault) => fault.split(" ")[0])).toEqual(Object.keys(valid));
});

test("names every wrong variable at once and shows no value", () => {
  const wrong = {
    RPC_URL: "ftp://node",
    CHAIN_ID: "one",
    MANAGER_ADDRESS: "0x12",
    HOT_WALLET_PRIVATE_KEY: `0x${"ff".repeat(32)}`,
    DATABASE_URL: "mysql://host/db",
    PORT: "70000",
    ACCESS: "everyone",
    ALLOWED_ACCOUNTS: "0x12",
    CORS_ORIGINS: "http://page.example/path",
    BATCH_MAX_GAS: "16777217",
    LOG_LEVEL: "loud",
  };
  const faults = readFaults(wrong);
  expect(new Set(faults.map((fault) => fault.split(" ")[0]))).toEqual(new Set(Object.keys(wrong)));
  expect(faults.join("\n")).not.toContain("ffff");
});

test.each([
  ["zero", `0x${"00".repeat(32)}`],
  ["too short", "0x1234"],
  ["the curve's order", "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"],
  ["not hex", "zz".repeat(33)],
])("refuses a private key that is %s", (_, key) => {
  expect(readFaults({ ...valid, HOT_WALLET_PRIVATE_KEY: key })).toEqual([
    "HOT_WALLET_PRIVATE_KEY is not a private key: 32 bytes in hex",
  ]);
});

const feesByGas = {
  ...valid,
  FEES: "required",
  FEE_PRICING: "gas-price",
  FEE_TOKEN: valid.MANAGER_ADDRESS,
  FEE_RECIPIENT: valid.MANAGER_ADDRESS,
};

test("wants to know what a token is worth before it asks for what gas costs in it", () => {
  expect(readFaults(feesByGas)).toEqual([
    "FEE_TOKEN_PER_NATIVE is missing, but FEE_PRICING is gas-price and FEE_TOKEN is not the native token",
  ]);
  const native = { ...feesByGas, FEE_TOKEN: "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE" };
  expect(readConfig(native).fees?.pricing).toMatchObject({ markupPercent: 20, tokenPerNative: 10n ** 18n });
  expect(readConfig({ ...feesByGas, FEE_TOKEN_PER_NATIVE: "2500000000" }).fees?.pricing).toMatchObject({
    tokenPerNative: 2_500_000_000n,
  });
});

test("refuses a most that is below the least", () => {
  const bounds = { FEE_TOKEN_PER_NATIVE: "1", FEE_PER_MILLION_GAS: "10", FEE_PER_MILLION_GAS_MAX: "9" };
  expect(readFaults({ ...feesByGas, ...bounds })).toEqual([
    "FEE_PER_MILLION_GAS_MAX is below FEE_PER_MILLION_GAS, which is the least",
  ]);
});

test("reads lists", () => {
  const account = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
  const config = readConfig({
    ...valid,
    ALLOWED_ACCOUNTS: ` ${account.toLowerCase()}, ,${valid.MANAGER_ADDRESS}`,
    CORS_ORIGINS: "http://127.0.0.1:5173,https://page.example",
  });
  expect(config.allowedAccounts).toEqual([account, "0x5FbDB2315678afecb367f032d93F642f64180aa3"]);
  expect(config.corsOrigins).toEqual(["http://127.0.0.1:5173", "https://page.example"]);
});

test("takes one key for the sentinel, kept in one place", () => {
  const key = `0x${"22".repeat(32)}`;
  const signer = `keystore:/etc/latchkey/sentinel.json?password-file=/etc/latchkey/password#${valid.MANAGER_ADDRESS}`;
  expect(readConfig(valid)).toMatchObject({ sentinelPrivateKey: undefined, sentinelSigner: undefined });
  expect(readConfig({ ...valid, SENTINEL_PRIVATE_KEY: key }).sentinelPrivateKey).toBe(key);
  expect(readConfig({ ...valid, SENTINEL_SIGNER: signer }).sentinelSigner?.address).toBe(
    "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  );
  expect(readFaults({ ...valid, SENTINEL_PRIVATE_KEY: `${key},0x${"33".repeat(32)}` })).toEqual([
    "SENTINEL_PRIVATE_KEY names more than one key",
  ]);
  expect(readFaults({ ...valid, SENTINEL_PRIVATE_KEY: key, SENTINEL_SIGNER: signer })).toEqual([
    "SENTINEL_PRIVATE_KEY and SENTINEL_SIGNER are both set, but there is one sentinel: remove one of them",
  ]);
  expect(readFaults({ ...valid, SENTINEL: "kill" })).toEqual([
    "SENTINEL is none of off, note, hold, suspend and revoke",
  ]);
});
