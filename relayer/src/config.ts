import ipaddr from "ipaddr.js";
import { getAddress, isAddress, isHex, type Address, type Hex } from "viem";
import { z } from "zod";

/** Everything that is wrong with the environment, in one message. */
export class ConfigInvalidError extends Error {
  override name = "ConfigInvalidError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration is invalid:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

const address = z
  .string({ error: "is missing" })
  .refine((text) => isAddress(text, { strict: false }), { error: "is not an address" })
  .transform((text): Address => getAddress(text));
const isUrl = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol);
const url = (protocols: readonly string[]) =>
  z.string({ error: "is missing" }).refine((text) => isUrl(text, protocols), {
    error: `is not a URL of ${protocols.join(" or ")}`,
  });
const whole = (min: number, max: number) =>
  z
    .string({ error: "is missing" })
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `is not a whole number from ${min} to ${max}`,
    })
    .transform(Number);
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ""),
);
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

const namedNetworks: readonly string[] = ["loopback", "linklocal", "uniquelocal"];
const isProxy = (text: string): boolean =>
  namedNetworks.includes(text) || ipaddr.isValid(text) || ipaddr.isValidCIDR(text);

const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const isPrivateKey = (text: string): text is Hex =>
  isHex(text) && text.length === 66 && BigInt(text) > 0n && BigInt(text) < curveOrder;

const schema = z.object({
  RPC_URL: url(["http:", "https:"]),
  RPC_FALLBACK_URLS: list
    .refine((entries) => entries.every((entry) => isUrl(entry, ["http:", "https:"])), {
      error: "is not a list of URLs of http: or https:, separated by commas",
    })
    .default([]),
  PRIVATE_RPC_URL: url(["http:", "https:"]).optional(),
  CHAIN_ID: whole(1, Number.MAX_SAFE_INTEGER),
  MANAGER_ADDRESS: address,
  HOT_WALLET_PRIVATE_KEY: z
    .string({ error: "is missing" })
    .transform((text) => text.split(",").map((entry) => entry.trim()))
    .refine((keys) => keys.every(isPrivateKey), { error: "is not a private key: 32 bytes in hex" })
    .refine((keys) => new Set(keys.map((key) => key.toLowerCase())).size === keys.length, {
      error: "has the same private key twice",
    })
    .transform((keys) => keys.filter(isPrivateKey)),
  DATABASE_URL: url(["postgres:", "postgresql:"]).optional(),
  DATA_DIR: z.string().min(1).default(".latchkey/relayer"),
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: whole(0, 65_535).default(8547),
  ACCESS: z.enum(["allowlist", "open"], { error: "is neither allowlist nor open" }).default("allowlist"),
  ALLOWED_ACCOUNTS: list
    .refine((entries) => entries.every((entry) => isAddress(entry, { strict: false })), {
      error: "is not a list of addresses, separated by commas",
    })
    .transform((entries) => entries.map((entry) => getAddress(entry)))
    .default([]),
  CORS_ORIGINS: list
    .refine((entries) => entries.every((entry) => entry === "*" || isOrigin(entry)), {
      error: "is not a list of origins such as https://app.example, separated by commas",
    })
    .default([]),
  TRUST_PROXY: list
    .refine((entries) => entries.every(isProxy), {
      error: "is not a list of addresses or networks such as 10.0.0.0/8, or loopback, linklocal or uniquelocal",
    })
    .default([]),
  START_BLOCK: whole(0, Number.MAX_SAFE_INTEGER).default(0),
  CONFIRMATIONS: whole(1, 1_000).default(1),
  BATCH_MAX_ORDERS: whole(1, 200).default(32),
  BATCH_MAX_AGE_MS: whole(0, 60_000).default(100),
  BATCH_MAX_GAS: whole(200_000, 16_777_215).default(12_000_000),
  LANE_LEASE_MS: whole(500, 600_000).default(5_000),
  LOW_BALANCE_GWEI: whole(0, Number.MAX_SAFE_INTEGER).default(100_000_000),
  PENDING_TRANSACTIONS_MAX: whole(1, 64).default(8),
  REPLACE_AFTER_MS: whole(1_000, 3_600_000).default(30_000),
  FEE_PER_GAS_MAX_GWEI: whole(1, 1_000_000).default(500),
  POLL_INTERVAL_MS: whole(20, 60_000).default(300),
  RPC_TIMEOUT_MS: whole(100, 120_000).default(10_000),
  REQUESTS_PER_MINUTE: whole(1, 10_000_000).default(6_000),
  SESSION_ORDERS_PER_MINUTE: whole(1, 10_000_000).default(3_000),
  ADMISSIONS_MAX: whole(1, 100_000).default(512),
  WAITING_ORDERS_MAX: whole(1, 10_000_000).default(50_000),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, { error: "is not at least 16 printable characters without spaces" })
    .optional(),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], { error: "is not a level of pino" })
    .default("info"),
});

/** One relayer's configuration. Durations in milliseconds, gas in gas. */
export type Config = {
  rpcUrl: string;
  /** Asked when the one before does not answer; transactions go to all of them. */
  rpcFallbackUrls: readonly string[];
  /** Where transactions go instead. */
  privateRpcUrl: string | undefined;
  rpcTimeoutMs: number;
  chainId: number;
  manager: Address;
  /** One a lane. */
  hotWalletPrivateKeys: readonly Hex[];
  databaseUrl: string | undefined;
  dataDir: string;
  host: string;
  port: number;
  access: "allowlist" | "open";
  allowedAccounts: readonly Address[];
  corsOrigins: readonly string[];
  /** Addresses or networks of the proxies whose `X-Forwarded-For` is believed. None: nobody's is. */
  trustedProxies: readonly string[];
  startBlock: number;
  confirmations: number;
  batch: { ordersMax: number; ageMaxMs: number; gasMax: number };
  /** So long after an instance was last heard of, others take its lanes. */
  laneLeaseMs: number;
  /** Wei, under which a hot wallet's balance is reported. */
  lowBalance: bigint;
  /** Of each hot wallet. */
  pendingTransactionsMax: number;
  replaceAfterMs: number;
  /** Wei. */
  feePerGasMax: bigint;
  pollIntervalMs: number;
  /** From one source address. */
  requestsPerMinute: number;
  /** That one session key validly signed. */
  sessionOrdersPerMinute: number;
  /** Orders checked at once; more are refused with 503. */
  admissionsMax: number;
  /** Orders stored and in no transaction; more are refused with 503. */
  waitingOrdersMax: number;
  /** Who scrapes `/metrics` shows it as a bearer token; without one only this machine may. */
  metricsToken: string | undefined;
  logLevel: string;
};

/** Reads the environment; an empty variable counts as absent. Throws `ConfigInvalidError` with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    // The values themselves stay out: one of them is a private key.
    throw new ConfigInvalidError(parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`));
  }
  const { data } = parsed;
  return {
    rpcUrl: data.RPC_URL,
    rpcFallbackUrls: data.RPC_FALLBACK_URLS,
    privateRpcUrl: data.PRIVATE_RPC_URL,
    rpcTimeoutMs: data.RPC_TIMEOUT_MS,
    chainId: data.CHAIN_ID,
    manager: data.MANAGER_ADDRESS,
    hotWalletPrivateKeys: data.HOT_WALLET_PRIVATE_KEY,
    databaseUrl: data.DATABASE_URL,
    dataDir: data.DATA_DIR,
    host: data.HOST,
    port: data.PORT,
    access: data.ACCESS,
    allowedAccounts: data.ALLOWED_ACCOUNTS,
    corsOrigins: data.CORS_ORIGINS,
    trustedProxies: data.TRUST_PROXY,
    startBlock: data.START_BLOCK,
    confirmations: data.CONFIRMATIONS,
    batch: { ordersMax: data.BATCH_MAX_ORDERS, ageMaxMs: data.BATCH_MAX_AGE_MS, gasMax: data.BATCH_MAX_GAS },
    laneLeaseMs: data.LANE_LEASE_MS,
    lowBalance: BigInt(data.LOW_BALANCE_GWEI) * 1_000_000_000n,
    pendingTransactionsMax: data.PENDING_TRANSACTIONS_MAX,
    replaceAfterMs: data.REPLACE_AFTER_MS,
    feePerGasMax: BigInt(data.FEE_PER_GAS_MAX_GWEI) * 1_000_000_000n,
    pollIntervalMs: data.POLL_INTERVAL_MS,
    requestsPerMinute: data.REQUESTS_PER_MINUTE,
    sessionOrdersPerMinute: data.SESSION_ORDERS_PER_MINUTE,
    admissionsMax: data.ADMISSIONS_MAX,
    waitingOrdersMax: data.WAITING_ORDERS_MAX,
    metricsToken: data.METRICS_TOKEN,
    logLevel: data.LOG_LEVEL,
  };
}
