/** Status and title of every refusal, by its stable code. */
export const problemKinds = {
  "body-invalid": { status: 400, title: "The request is not of the form the API takes" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "media-type-unsupported": { status: 415, title: "The body must be application/json" },
  "not-found": { status: 404, title: "There is nothing here" },
  "method-not-allowed": { status: 405, title: "The path does not take this method" },
  "authentication-required": { status: 401, title: "The request must say whose it is" },
  "authentication-invalid": { status: 401, title: "The request's signature does not hold" },
  "request-replayed": { status: 401, title: "The request's nonce is used" },
  "not-a-party": { status: 403, title: "The session is not the business of who signed the request" },
  "source-not-allowed": { status: 403, title: "The session's API policy does not let orders come from here" },
  "policy-mismatch": { status: 422, title: "The session does not commit to the API policy" },
  "webhook-refused": { status: 422, title: "Webhooks may not go to the URL" },
  "webhooks-exhausted": { status: 409, title: "The account has as many webhooks as it may" },
  "encryption-invalid": { status: 400, title: "The body cannot be decrypted" },
  "rate-limited": { status: 429, title: "Too many requests", retryable: true },
  overloaded: { status: 503, title: "The relayer has more work than it can take", retryable: true },
  "session-unknown": { status: 404, title: "The session is not known" },
  "session-content-mismatch": { status: 422, title: "The content does not hash to the session's id" },
  "fee-required": { status: 402, title: "The order does not pay the relayer's fee" },
  "gas-budget-exceeded": { status: 429, title: "The day's gas is used up", retryable: true },
  "account-not-allowed": { status: 403, title: "This relayer does not serve the account" },
  "signature-invalid": { status: 401, title: "The signature is not the session key's" },
  "lease-invalid": { status: 403, title: "The session needs a lease of its sentinel" },
  "lease-not-current": { status: 403, title: "The sentinel's lease is not good now" },
  "lease-refused": { status: 409, title: "The sentinel does not call the session healthy", retryable: true },
  "approval-missing": { status: 403, title: "The approver must co-sign" },
  "approval-invalid": { status: 403, title: "The approval is not the approver's" },
  "policy-rejected": { status: 403, title: "A policy of the session rejects the call" },
  "order-expired": { status: 422, title: "The order's deadline has passed" },
  "order-conflict": { status: 409, title: "The order cannot run beside those in flight", retryable: true },
  "order-claimed": { status: 409, title: "The order is being submitted" },
  "order-final": { status: 409, title: "The order has ended" },
  "nonce-used": { status: 409, title: "The nonce is taken" },
  "nonce-too-old": { status: 409, title: "The nonce has left the window" },
  "nonce-too-high": { status: 422, title: "The session does not allow so many orders" },
  "interval-not-over": { status: 409, title: "The session must wait between orders", retryable: true },
  "relayer-not-allowed": { status: 403, title: "The session names another relayer" },
  "feature-unsupported": { status: 422, title: "The session uses what this relayer does not support" },
  "session-not-granted": { status: 409, title: "The chain has not granted the session yet", retryable: true },
  "session-not-active": { status: 403, title: "The session is not active" },
  "session-revoked": { status: 403, title: "The session has been revoked" },
  "session-expired": { status: 403, title: "The session has ended" },
  "scope-not-granted": { status: 403, title: "The session does not allow the call" },
  "rule-broken": { status: 403, title: "The call breaks a rule of its scope" },
  "call-invalid": { status: 422, title: "The call cannot be of its scope" },
  "value-too-high": { status: 403, title: "The call sends more than its scope allows" },
  "gas-limit-invalid": { status: 422, title: "The order's gas limit is not workable" },
  "budget-exceeded": { status: 403, title: "The order is over a limit" },
  "budget-reserved": { status: 409, title: "Orders in flight hold the budget", retryable: true },
  "anomaly-held": { status: 409, title: "The order is unlike its key, and held", retryable: true },
  "control-refused": { status: 422, title: "The manager would refuse it" },
  "simulation-failed": { status: 422, title: "The order would fail" },
  "rpc-unavailable": { status: 503, title: "The chain cannot be asked right now", retryable: true },
  "database-unavailable": { status: 503, title: "The relayer's database does not answer", retryable: true },
  "shutting-down": { status: 503, title: "The relayer is stopping", retryable: true },
  "internal-error": { status: 500, title: "The relayer failed", retryable: true },
} as const satisfies Record<string, { status: number; title: string; retryable?: true }>;

export type ProblemCode = keyof typeof problemKinds;

/** The check or error of the contract that decided, as `toErrorSentence` gives it. */
export type DecidingRule = { name: string; args: readonly unknown[]; sentence: string };

/** Requests in the window, how many of them are left, and when it ends. */
export type RateLimitState = { limit: number; remaining: number; resetSeconds: number };

/** A refusal that is told to the client as an RFC 9457 problem. */
export class ProblemError extends Error {
  override name = "ProblemError";
  readonly code: ProblemCode;
  readonly rule: DecidingRule | undefined;
  readonly errors: readonly { path: string; message: string }[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly rateLimit: RateLimitState | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      rule?: DecidingRule | undefined;
      errors?: readonly { path: string; message: string }[];
      retryAfterSeconds?: number;
      rateLimit?: RateLimitState;
      cause?: unknown;
    } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.rule = options.rule;
    this.errors = options.errors;
    this.rateLimit = options.rateLimit;
    this.retryAfterSeconds = options.retryAfterSeconds ?? (problemKinds[code].status === 503 ? 1 : undefined);
  }
}

export type ProblemJson = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  retryable: boolean;
  rule?: { name: string; args: readonly unknown[]; sentence: string };
  errors?: readonly { path: string; message: string }[];
};

export function toProblemJson({ code, message, rule, errors }: ProblemError): ProblemJson {
  const kind: { status: number; title: string; retryable?: true } = problemKinds[code];
  return {
    type: `urn:latchkey:problem:${code}`,
    title: kind.title,
    status: kind.status,
    detail: message,
    code,
    retryable: kind.retryable ?? false,
    ...(rule === undefined ? {} : { rule: toRuleJson(rule) }),
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Bigints become decimal strings, as everywhere on the wire. */
export function toRuleJson({ name, args, sentence }: DecidingRule): DecidingRule {
  return { name, args: args.map(toJsonValue), sentence };
}

export function toJsonValue(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toJsonValue(entry)]));
  }
  return value;
}
