import type { FastifyBaseLogger } from "fastify";
import { RpcError } from "./chain/rpcErrors.ts";

/** Structured log, as pino gives it. */
export type Log = FastifyBaseLogger;

export type ErrorFields = { type: string; message: string; stack: string; causes: string[] };

/** An error as it is logged. What the node's client says stays out: it quotes the node's URL, which may hold a key. */
export function toErrorFields(error: Error): ErrorFields {
  const causes: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error && !(current instanceof RpcError); depth += 1) {
    current = current.cause;
    if (current instanceof Error) causes.push(`${current.name}: ${current.message}`);
  }
  return { type: error.name, message: error.message, stack: error.stack ?? "", causes };
}
