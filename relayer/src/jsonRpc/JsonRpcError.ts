import { toProblemJson, type ProblemError } from "../problem.ts";

/** Codes of JSON-RPC 2.0, EIP-1193 and EIP-5792 that this relayer answers with. */
export const jsonRpcCodes = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  /** A refusal; `data` is the RFC 9457 problem that REST would answer. */
  refused: -32_000,
  unauthorized: 4_100,
  unsupportedCapability: 5_700,
  unsupportedChain: 5_710,
  unknownBundle: 5_730,
} as const;

/** An error as a JSON-RPC answer tells it. */
export class JsonRpcError extends Error {
  override name = "JsonRpcError";
  readonly code: number;
  readonly data: unknown;

  constructor(code: keyof typeof jsonRpcCodes, message: string, data?: unknown) {
    super(message);
    this.code = jsonRpcCodes[code];
    this.data = data;
  }
}

export function fromProblem(problem: ProblemError): JsonRpcError {
  const json = toProblemJson(problem);
  const code = json.status === 401 && problem.code !== "signature-invalid" ? "unauthorized" : "refused";
  const { retryAfterSeconds } = problem;
  return new JsonRpcError(code, json.detail, {
    ...json,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}
