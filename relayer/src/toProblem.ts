import { isDatabaseDown } from "./db/isDatabaseDown.ts";
import { ProblemError, type ProblemCode } from "./problem.ts";

/** Largest order: 255 calls with a few kilobytes each. */
export const bodyBytesMax = 262_144;

/** What Fastify itself refuses, by its code. */
const fastifyProblems: Readonly<Record<string, [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["body-too-large", `The body is larger than ${bodyBytesMax} bytes`],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["media-type-unsupported", "The body must be sent as application/json"],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["body-invalid", "The body is empty"],
  FST_ERR_CTP_INVALID_JSON_BODY: ["body-invalid", "The body is not JSON"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["body-invalid", "The body is not as long as its header says"],
};

/** What the client is told of an error. An outage is none of the client's faults, and none of ours that it could not wait for. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isDatabaseDown(error)) {
    return new ProblemError("database-unavailable", "The relayer's database does not answer", { cause: error });
  }
  const code = readField(error, "code");
  const known = typeof code === "string" ? fastifyProblems[code] : undefined;
  if (known !== undefined) return new ProblemError(known[0], known[1], { cause: error });
  const status = readField(error, "statusCode");
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new ProblemError("body-invalid", error instanceof Error ? error.message : "The request is invalid", {
      cause: error,
    });
  }
  return new ProblemError("internal-error", "The relayer failed on this request", { cause: error });
}

function readField(error: unknown, name: string): unknown {
  return typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
}
