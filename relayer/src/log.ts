import type { FastifyBaseLogger } from "fastify";

/** Structured log, as pino gives it. */
export type Log = FastifyBaseLogger;
