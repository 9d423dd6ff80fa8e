import type { Hex } from "viem";

/** Base of every error this package throws on purpose. */
export class LatchkeyError extends Error {
  override name = "LatchkeyError";
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;

  constructor(message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryable = options.retryable ?? false;
  }
}

/** Packed bytes that do not follow the encoding, or that follow it in a second, non-canonical way. */
export class EncodingError extends LatchkeyError {
  override name = "EncodingError";
}

/** A value that its field cannot hold. */
export class FieldInvalidError extends LatchkeyError {
  override name = "FieldInvalidError";
  /** Where, such as `session.limits[0].amount`. */
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
    this.path = path;
  }
}

/** A session or its scopes that the manager would refuse to grant. */
export class SessionInvalidError extends LatchkeyError {
  override name = "SessionInvalidError";
}

/** A call or order that the session does not allow. */
export class OrderNotAdmittedError extends LatchkeyError {
  override name = "OrderNotAdmittedError";
  /** Name of the manager's error for it. */
  readonly error: string;
  readonly args: readonly unknown[];

  constructor(message: string, refusal: { error: string; args: readonly unknown[] }) {
    super(message);
    this.error = refusal.error;
    this.args = refusal.args;
  }
}

/** The relayer refused: an RFC 9457 problem. */
export class RelayerProblemError extends LatchkeyError {
  override name = "RelayerProblemError";
  readonly status: number;
  /** Stable, such as `budget-exceeded`. */
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  /** The deciding rule, if one decided. */
  readonly rule: unknown;
  /** One entry a fault, for invalid bodies. */
  readonly errors: unknown;
  /** How long the relayer asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: {
    status: number;
    code: string;
    title: string;
    detail?: string | undefined;
    rule?: unknown;
    errors?: unknown;
    retryable: boolean;
    retryAfterMs?: number | undefined;
  }) {
    super(`The relayer refused (${problem.code}): ${problem.detail ?? problem.title}`, {
      retryable: problem.retryable,
    });
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.rule = problem.rule;
    this.errors = problem.errors;
    this.retryAfterMs = problem.retryAfterMs;
  }
}

/** No answer from the relayer: connection refused, reset, or timed out. */
export class RelayerUnreachableError extends LatchkeyError {
  override name = "RelayerUnreachableError";

  constructor(url: string, cause: unknown) {
    super(`The relayer at ${url} does not answer: ${toReason(cause)}`, { retryable: true, cause });
  }
}

/** An answer that is not what the API promises. */
export class ResponseInvalidError extends LatchkeyError {
  override name = "ResponseInvalidError";
}

/** The order was not final in the time given. It may still become final. */
export class OrderTimeoutError extends LatchkeyError {
  override name = "OrderTimeoutError";
  readonly orderHash: Hex;

  constructor(orderHash: Hex, status: string, timeoutMs: number) {
    super(`Order ${orderHash} is still ${status} after ${timeoutMs} ms`, { retryable: true });
    this.orderHash = orderHash;
  }
}

function toReason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner: unknown = cause.cause;
  if (inner instanceof Error) {
    const code = "code" in inner && typeof inner.code === "string" ? `${inner.code} ` : "";
    return `${cause.message} (${code}${inner.message})`;
  }
  return cause.message;
}
