import { nativeToken } from "@latchkey/sdk";
import type { Address, Hex } from "viem";
import type { z } from "zod";
import { configSchema } from "./configSchema.ts";
import type { FeeSchedule } from "./limits/fees.ts";
import type { Rung } from "./sentinel/rungs.ts";
import type { GasPricing } from "./limits/toGasFee.ts";
import type { SignerUri } from "./signers/DigestSigner.ts";

/** Everything that is wrong with the environment, in one message. */
export class ConfigInvalidError extends Error {
  override name = "ConfigInvalidError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration is invalid:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

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
  /** Lanes whose keys are kept elsewhere. */
  hotWallets: readonly SignerUri[];
  databaseUrl: string | undefined;
  dataDir: string;
  host: string;
  port: number;
  access: "allowlist" | "open";
  allowedAccounts: readonly Address[];
  /** Scheme and host that signatures of requests cover; `undefined`: as the request says. */
  publicUrl: string | undefined;
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
  gasPerAccountAndDay: number;
  gasPerDay: number | undefined;
  /** `undefined`: waived. With `pricing` a million of gas costs what it says. */
  fees: (FeeSchedule & { pricing: GasPricing | undefined }) | undefined;
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
  sentinel: {
    /** The most it may do. */
    level: Rung;
    /** In nats. */
    noteScore: number;
    holdScore: number;
    suspendScore: number;
    revokeScore: number;
    warmUpOrders: number;
    /** In about ten minutes. */
    refusalsMax: number;
    holdMs: number;
  };
  sentinelPrivateKey: Hex | undefined;
  sentinelSigner: SignerUri | undefined;
  authSecret: Hex | undefined;
  encryptionKey: Hex | undefined;
  webhookNetworks: readonly string[];
  /** Days until what is old is deleted; 0: never. */
  retention: { bodyDays: number; eventDays: number; webhookDays: number };
  /** OpenTelemetry collector. */
  otlpEndpoint: string | undefined;
  traceRatio: number;
  logLevel: string;
};

type Data = z.output<typeof configSchema>;

/** What variables must be together, each rule with the sentence that says so. */
const togetherRules: readonly [isBroken: (data: Partial<Record<string, unknown>>) => boolean, fault: string][] = [
  [
    ({ HOT_WALLET_PRIVATE_KEY, HOT_WALLETS }) => HOT_WALLET_PRIVATE_KEY === undefined && HOT_WALLETS === undefined,
    "HOT_WALLET_PRIVATE_KEY is missing, and HOT_WALLETS too",
  ],
  [
    ({ FEES, FEE_TOKEN }) => FEES === "required" && FEE_TOKEN === undefined,
    "FEE_TOKEN is missing, but FEES is required",
  ],
  [
    ({ FEES, FEE_RECIPIENT }) => FEES === "required" && FEE_RECIPIENT === undefined,
    "FEE_RECIPIENT is missing, but FEES is required",
  ],
  [
    ({ SENTINEL_PRIVATE_KEY, SENTINEL_SIGNER }) => SENTINEL_PRIVATE_KEY !== undefined && SENTINEL_SIGNER !== undefined,
    "SENTINEL_PRIVATE_KEY and SENTINEL_SIGNER are both set, but there is one sentinel: remove one of them",
  ],
  [
    ({ FEES, FEE_PRICING, FEE_TOKEN, FEE_TOKEN_PER_NATIVE }) =>
      FEES === "required" &&
      FEE_PRICING === "gas-price" &&
      String(FEE_TOKEN).toLowerCase() !== nativeToken.toLowerCase() &&
      FEE_TOKEN_PER_NATIVE === undefined,
    "FEE_TOKEN_PER_NATIVE is missing, but FEE_PRICING is gas-price and FEE_TOKEN is not the native token",
  ],
  [
    ({ FEE_PER_MILLION_GAS, FEE_PER_MILLION_GAS_MAX }) =>
      isWhole(FEE_PER_MILLION_GAS_MAX) &&
      isWhole(FEE_PER_MILLION_GAS) &&
      BigInt(FEE_PER_MILLION_GAS_MAX) < BigInt(FEE_PER_MILLION_GAS),
    "FEE_PER_MILLION_GAS_MAX is below FEE_PER_MILLION_GAS, which is the least",
  ],
];

function isWhole(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,38}$/.test(value);
}

/** Reads the environment; an empty variable counts as absent. Throws `ConfigInvalidError` with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const { data, error } = configSchema.safeParse(present);
  const faults = [
    ...(error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`),
    ...togetherRules.flatMap(([isBroken, fault]) => (isBroken(present) ? [fault] : [])),
  ];
  if (data === undefined || faults.length > 0) throw new ConfigInvalidError(faults);
  return {
    rpcUrl: data.RPC_URL,
    rpcFallbackUrls: data.RPC_FALLBACK_URLS,
    privateRpcUrl: data.PRIVATE_RPC_URL,
    rpcTimeoutMs: data.RPC_TIMEOUT_MS,
    chainId: data.CHAIN_ID,
    manager: data.MANAGER_ADDRESS,
    hotWalletPrivateKeys: data.HOT_WALLET_PRIVATE_KEY,
    hotWallets: data.HOT_WALLETS,
    databaseUrl: data.DATABASE_URL,
    dataDir: data.DATA_DIR,
    host: data.HOST,
    port: data.PORT,
    access: data.ACCESS,
    allowedAccounts: data.ALLOWED_ACCOUNTS,
    publicUrl: data.PUBLIC_URL,
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
    gasPerAccountAndDay: data.GAS_PER_ACCOUNT_AND_DAY,
    gasPerDay: data.GAS_PER_DAY,
    fees: toFees(data),
    requestsPerMinute: data.REQUESTS_PER_MINUTE,
    sessionOrdersPerMinute: data.SESSION_ORDERS_PER_MINUTE,
    admissionsMax: data.ADMISSIONS_MAX,
    waitingOrdersMax: data.WAITING_ORDERS_MAX,
    metricsToken: data.METRICS_TOKEN,
    sentinel: {
      level: data.SENTINEL,
      noteScore: data.SENTINEL_NOTE_SCORE,
      holdScore: data.SENTINEL_HOLD_SCORE,
      suspendScore: data.SENTINEL_SUSPEND_SCORE,
      revokeScore: data.SENTINEL_REVOKE_SCORE,
      warmUpOrders: data.SENTINEL_WARM_UP_ORDERS,
      refusalsMax: data.SENTINEL_REFUSALS_MAX,
      holdMs: 1_000 * data.SENTINEL_HOLD_SECONDS,
    },
    sentinelPrivateKey: data.SENTINEL_PRIVATE_KEY[0],
    sentinelSigner: data.SENTINEL_SIGNER[0],
    authSecret: data.AUTH_SECRET,
    encryptionKey: data.ENCRYPTION_KEY,
    webhookNetworks: data.WEBHOOK_NETWORKS,
    retention: {
      bodyDays: data.RETAIN_ORDER_BODIES_DAYS,
      eventDays: data.RETAIN_EVENT_DETAILS_DAYS,
      webhookDays: data.RETAIN_WEBHOOKS_DAYS,
    },
    otlpEndpoint: data.OTEL_EXPORTER_OTLP_ENDPOINT,
    traceRatio: data.TRACE_RATIO,
    logLevel: data.LOG_LEVEL,
  };
}

function toFees(data: Data): Config["fees"] {
  const { FEES, FEE_TOKEN: token, FEE_RECIPIENT: recipient, FEE_BASE: base, FEE_PER_MILLION_GAS: perMillionGas } = data;
  if (FEES === "waived" || token === undefined || recipient === undefined) return undefined;
  const pricing =
    data.FEE_PRICING === "fixed"
      ? undefined
      : {
          markupPercent: data.FEE_MARKUP_PERCENT,
          tokenPerNative: data.FEE_TOKEN_PER_NATIVE ?? 10n ** 18n,
          perMillionGasMin: perMillionGas,
          perMillionGasMax: data.FEE_PER_MILLION_GAS_MAX,
          quoteSeconds: data.FEE_QUOTE_SECONDS,
        };
  return { token, recipient, base, perMillionGas, pricing };
}
