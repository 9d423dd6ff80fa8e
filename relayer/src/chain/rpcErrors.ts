import type { Hex } from "viem";

/** The node did not answer, or answered something else than the chain's state. Never a statement about the chain. */
export class RpcError extends Error {
  override name = "RpcError";
  /** JSON-RPC code, if the node answered. */
  readonly code: number | undefined;

  constructor(method: string, cause: unknown) {
    super(`${method} failed: ${toReason(cause)}`, { cause });
    this.code = findCode(cause);
  }
}

/** The call was executed and reverted with this data. */
export class CallRevertedError extends Error {
  override name = "CallRevertedError";
  readonly data: Hex;

  constructor(data: Hex) {
    super(`The call reverted with ${data}`);
    this.data = data;
  }
}

function* causes(error: unknown): Generator<Error> {
  let current = error;
  for (let depth = 0; depth < 10 && current instanceof Error; depth += 1) {
    yield current;
    current = current.cause;
  }
}

/** Whether it is what a node answered, rather than that none did. */
export function isAnswer(error: unknown): boolean {
  return findCode(error) !== undefined || findRevertData(error) !== undefined;
}

function findCode(error: unknown): number | undefined {
  for (const cause of causes(error)) {
    const code: unknown = Reflect.get(cause, "code");
    if (typeof code === "number") return code;
  }
  return undefined;
}

/** The node says that execution reverted: code 3, or data of a revert. */
export function findRevertData(error: unknown): Hex | undefined {
  for (const cause of causes(error)) {
    const data: unknown = Reflect.get(cause, "data");
    const inner: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "data") : data;
    if (typeof inner === "string" && /^0x([0-9a-f]{2})*$/i.test(inner)) return inner as Hex;
  }
  return findCode(error) === 3 ? "0x" : undefined;
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The URL may hold the node's key, so viem's long message stays out.
  const short: unknown = Reflect.get(error, "shortMessage");
  const details: unknown = Reflect.get(error, "details");
  return [typeof short === "string" ? short : error.message, typeof details === "string" ? details : ""]
    .filter((part) => part !== "")
    .join(" ");
}
