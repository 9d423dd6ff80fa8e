import { z } from "zod";
import { about } from "./aboutVariable.ts";
import {
  address,
  addresses,
  fraction,
  networks,
  origins,
  privateKeys,
  proxies,
  secret,
  signerUris,
  token,
  url,
  urls,
  whole,
} from "./configFields.ts";
import { feeVariables } from "./limits/feeVariables.ts";
import { sentinelVariables } from "./sentinel/sentinelVariables.ts";

/** Every variable by its name; its form, its default and, as metadata, what it means. */
export const configSchema = z.object({
  RPC_URL: url(["http:", "https:"]).meta(
    about("Required", "The node, over HTTP. It may hold a key; it is never logged", "http://127.0.0.1:8545"),
  ),
  CHAIN_ID: whole(1, Number.MAX_SAFE_INTEGER).meta(about("Required", "One relayer serves one chain", "31337")),
  MANAGER_ADDRESS: address().meta(
    about("Required", "The SessionManager", "0x0000000000000000000000000000000000000000"),
  ),
  HOT_WALLET_PRIVATE_KEY: privateKeys()
    .default([])
    .meta(
      about(
        "Required",
        "Keys of the hot wallets, which pay gas and must be used by nothing else; several are separated by commas, each a lane of its own",
        "",
      ),
    ),
  HOT_WALLETS: signerUris()
    .default([])
    .meta(
      about(
        "Hot wallets whose keys are kept elsewhere, instead of or beside HOT_WALLET_PRIVATE_KEY",
        "Separated by spaces; after # the address that the key must have",
        "keystore:/etc/latchkey/wallet.json?password-file=/etc/latchkey/password#0x… pkcs11:token=latchkey;object=lane-1?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/latchkey/pin#0x… awskms:///alias/lane-2?region=eu-west-1#0x…",
      ),
    ),

  DATABASE_URL: url(["postgres:", "postgresql:"])
    .optional()
    .meta(
      about(
        "Data: Postgres, or without a URL PGlite in a directory (for trying out)",
        "On the same machine faster by its Unix socket: postgres://latchkey@%2Fvar%2Frun%2Fpostgresql/latchkey",
        "postgres://latchkey:secret@127.0.0.1:5432/latchkey",
      ),
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default(".latchkey/relayer")
    .meta(about("Data: Postgres, or without a URL PGlite in a directory (for trying out)", "Where PGlite keeps it")),

  HOST: z.string().min(1).default("127.0.0.1").meta(about("HTTP", "Address it listens on")),
  PORT: whole(0, 65_535).default(8547).meta(about("HTTP", "0 takes any free port")),
  PUBLIC_URL: url(["http:", "https:"])
    .optional()
    .meta(
      about(
        "HTTP",
        "Where clients reach it, if not directly: signatures of requests cover this scheme and host",
        "https://relayer.example",
      ),
    ),
  CORS_ORIGINS: origins()
    .default([])
    .meta(about("HTTP", "Web pages that may ask it", "http://127.0.0.1:5173")),
  TRUST_PROXY: proxies()
    .default([])
    .meta(about("HTTP", "Addresses or networks of proxies whose X-Forwarded-For is believed; none by default")),

  ACCESS: z
    .enum(["allowlist", "open"], { error: "is neither allowlist nor open" })
    .default("allowlist")
    .meta(
      about(
        "Whom it serves",
        "allowlist: the accounts below and those of `latchkey-relayer accounts allow`; open: all but those denied",
      ),
    ),
  ALLOWED_ACCOUNTS: addresses().default([]).meta(about("Whom it serves", "Separated by commas")),
  GAS_PER_ACCOUNT_AND_DAY: whole(0, 1e15)
    .default(100_000_000)
    .meta(
      about("Whom it serves", "Gas that the orders stored in a day (UTC) for one account may use, those that fail too"),
    ),
  GAS_PER_DAY: whole(0, 1e15)
    .optional()
    .meta(about("Whom it serves", "The same for all accounts together; no bound by default", "1000000000")),

  ...feeVariables,

  REQUESTS_PER_MINUTE: whole(1, 10_000_000).default(6_000).meta(about("Limits", "From one source address")),
  SESSION_ORDERS_PER_MINUTE: whole(1, 10_000_000)
    .default(3_000)
    .meta(about("Limits", "Validly signed by one session key, on each instance")),
  ADMISSIONS_MAX: whole(1, 100_000).default(512).meta(about("Limits", "Orders checked at once; more get 503")),
  WAITING_ORDERS_MAX: whole(1, 10_000_000)
    .default(50_000)
    .meta(about("Limits", "Orders stored and in no transaction yet; more get 503")),

  RPC_FALLBACK_URLS: urls(["http:", "https:"])
    .default([])
    .meta(about("Chain", "Asked when the one before does not answer; transactions are sent to all of them", "")),
  PRIVATE_RPC_URL: url(["http:", "https:"])
    .optional()
    .meta(about("Chain", "Transactions are sent here and nowhere else", "")),
  START_BLOCK: whole(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .meta(about("Chain", "The block of the manager's deployment")),
  CONFIRMATIONS: whole(1, 1_000)
    .default(1)
    .meta(about("Chain", "Blocks, the order's own included, until an order is final")),
  POLL_INTERVAL_MS: whole(20, 60_000).default(300).meta(about("Chain", "How often the node is asked for a block")),
  RPC_TIMEOUT_MS: whole(100, 120_000).default(10_000).meta(about("Chain", "After which the node counts as silent")),

  BATCH_MAX_ORDERS: whole(1, 200).default(32).meta(about("Batches and transactions", "Orders in one transaction")),
  BATCH_MAX_AGE_MS: whole(0, 60_000)
    .default(100)
    .meta(about("Batches and transactions", "The longest an order waits for others")),
  BATCH_MAX_GAS: whole(200_000, 16_777_215)
    .default(12_000_000)
    .meta(about("Batches and transactions", "Below the 16,777,216 of EIP-7825")),
  PENDING_TRANSACTIONS_MAX: whole(1, 64)
    .default(16)
    .meta(about("Batches and transactions", "Sent and not mined, of one hot wallet")),
  LANE_LEASE_MS: whole(500, 600_000)
    .default(5_000)
    .meta(
      about("Batches and transactions", "So long after an instance was last heard of, the others take its hot wallets"),
    ),
  LOW_BALANCE_GWEI: whole(0, Number.MAX_SAFE_INTEGER)
    .default(100_000_000)
    .meta(about("Batches and transactions", "A hot wallet with less is reported as an error")),
  REPLACE_AFTER_MS: whole(1_000, 3_600_000)
    .default(30_000)
    .meta(about("Batches and transactions", "After which a transaction is sent again with higher fees")),
  FEE_PER_GAS_MAX_GWEI: whole(1, 1_000_000)
    .default(500)
    .meta(about("Batches and transactions", "The most paid for gas, whatever the market says")),

  ...sentinelVariables,

  AUTH_SECRET: secret()
    .optional()
    .meta(
      about(
        "Authentication and webhooks",
        "Short-lived credentials and webhook secrets are derived from it; the same on every instance. Without it there are neither",
        "",
      ),
    ),
  ENCRYPTION_KEY: secret()
    .optional()
    .meta(
      about(
        "Authentication and webhooks",
        "X25519 private key for encrypted order bodies (HPKE). Without it bodies come in the clear",
        "",
      ),
    ),
  WEBHOOK_NETWORKS: networks()
    .default([])
    .meta(
      about(
        "Authentication and webhooks",
        "Private networks that webhooks may go to in spite of being private",
        "10.1.0.0/16",
      ),
    ),

  RETAIN_ORDER_BODIES_DAYS: whole(0, 36_500)
    .default(90)
    .meta(
      about(
        "Retention",
        "Days after its end until an order's calls and signed transaction are deleted; what became of it stays. 0: never",
      ),
    ),
  RETAIN_EVENT_DETAILS_DAYS: whole(0, 36_500)
    .default(0)
    .meta(
      about(
        "Retention",
        "Days until what events said is deleted from the audit log, whose hashes stay; streams that resume from so far back get less of them. 0: never",
      ),
    ),
  RETAIN_WEBHOOKS_DAYS: whole(1, 365)
    .default(2)
    .meta(about("Retention", "Days until delivered webhook messages are deleted")),

  METRICS_TOKEN: token()
    .optional()
    .meta(about("Observability", "Bearer token of GET /metrics. Without it only this machine may read them", "")),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(["http:", "https:"])
    .optional()
    .meta(
      about("Observability", "OpenTelemetry collector (OTLP over HTTP); no traces without", "http://127.0.0.1:4318"),
    ),
  TRACE_RATIO: fraction().default(0.1).meta(about("Observability", "Of the requests, how many are traced")),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], { error: "is not a level of pino" })
    .default("info")
    .meta(about("Observability", "fatal, error, warn, info, debug, trace or silent")),
});
