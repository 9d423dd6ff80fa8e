import { ResponseInvalidError } from "./errors.ts";

/** What `parse` makes of the relayer's answer; what it throws becomes a `ResponseInvalidError`. */
export function parseAnswer<T>(json: unknown, parse: (json: unknown) => T): T {
  try {
    return parse(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ResponseInvalidError(`The relayer's answer is not what its API promises: ${reason}`, { cause });
  }
}
