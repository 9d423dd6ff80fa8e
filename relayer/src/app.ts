import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type RawServerDefault } from "fastify";
import helmet from "helmet";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Config } from "./config.ts";
import { encryptedMediaType } from "./encryption/addEncryption.ts";
import { toErrorFields } from "./log.ts";
import type { Metrics } from "./observability/createMetrics.ts";
import type { Stages } from "./observability/createStages.ts";
import { observeRequests, toRequestId } from "./observability/observeRequests.ts";
import { traceRequests } from "./observability/traceRequests.ts";
import { ProblemError, toProblemJson } from "./problem.ts";
import { bodyBytesMax, toProblem } from "./toProblem.ts";
import { version } from "./version.ts";
import { toOpenApi, addZod, type ZodTypes } from "./zodRoutes.ts";

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypes>;

type AppConfig = Pick<Config, "corsOrigins" | "logLevel" | "requestsPerMinute" | "trustedProxies">;

/** A server that refuses in one form, before any route is added. */
export async function createApp(
  config: AppConfig,
  { metrics, stages, isTraced }: { metrics: Metrics; stages: Stages; isTraced: boolean },
): Promise<App> {
  const app = Fastify({
    logger: {
      level: config.logLevel,
      // Bodies and keys never reach the log; of headers only what routing needs does.
      serializers: { req: ({ method, url, ip }) => ({ method, url, ip }), err: toErrorFields },
    },
    genReqId: ({ headers }) => toRequestId(headers["x-request-id"]),
    bodyLimit: bodyBytesMax,
    requestTimeout: 30_000,
    forceCloseConnections: "idle",
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    routerOptions: { maxParamLength: 200 },
  }).withTypeProvider<ZodTypes>();
  addJsonBodies(app);
  addZod(app);
  if (isTraced) traceRequests(app, { isBehindProxy: config.trustedProxies.length > 0 });
  observeRequests({ app, metrics, stages });
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    metrics.refusals.inc({ code: problem.code });
    if (problem.code === "internal-error") request.log.error({ err: error }, "A request failed");
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new ProblemError("not-found", `There is no ${request.method} ${request.url.split("?")[0]}`)),
  );
  addSecurityHeaders(app);
  await app.register(cors, {
    origin: config.corsOrigins.includes("*") ? "*" : [...config.corsOrigins],
    methods: ["GET", "POST", "PUT", "DELETE"],
    allowedHeaders: ["content-type", "last-event-id", "content-digest", "signature", "signature-input", "x-request-id"],
    exposedHeaders: ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "x-request-id"],
    maxAge: 600,
  });
  await app.register(rateLimit, {
    max: config.requestsPerMinute,
    timeWindow: 60_000,
    // The headers of the IETF's draft; IPv6 addresses count by their /64, which one client has whole.
    enableDraftSpec: true,
    errorResponseBuilder: (_request, { ttl }) =>
      new ProblemError(
        "rate-limited",
        `There were more than ${config.requestsPerMinute} requests in a minute from this address`,
        { retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1000)) },
      ),
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Latchkey relayer",
        description: "Checks signed orders against chain state and submits them to the SessionManager.",
        version,
      },
    },
    transform: toOpenApi,
  });
  return app;
}

/** Answers are read by programs: no page may show or run one. What helmet says is the same of every answer. */
function addSecurityHeaders(app: App): void {
  const directives = { "default-src": ["'none'"], "frame-ancestors": ["'none'"] };
  const protect = helmet({ contentSecurityPolicy: { useDefaults: false, directives } });
  const request = new IncomingMessage(new Socket());
  const answer = new ServerResponse(request);
  protect(request, answer, (error) => {
    if (error !== undefined) throw new Error("The security headers could not be made", { cause: error });
  });
  const headers = answer.getHeaders();
  app.addHook("onRequest", (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** JSON only: Fastify would take plain text too. The bytes are kept, since signatures of requests cover them. */
function addJsonBodies(app: App): void {
  app.removeContentTypeParser("text/plain");
  app.decorateRequest("rawBody", undefined);
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser(["application/json", encryptedMediaType], { parseAs: "buffer" }, (request, body, done) => {
    request.rawBody = Buffer.from(body);
    void parseJson(request, body.toString(), done);
  });
}

type Reply = {
  code: (status: number) => Reply;
  header: (name: string, value: string | number) => Reply;
  type: (mediaType: string) => Reply;
  serializer: (serialize: (payload: unknown) => string) => Reply;
  send: (payload?: unknown) => unknown;
};

/** Past the route's own response schema, which knows only what goes well. */
function sendProblem(reply: Reply, problem: ProblemError): unknown {
  const body = toProblemJson(problem);
  // RFC 9110 wants every 401 to say how to do better.
  if (body.status === 401) reply.header("www-authenticate", 'Signature realm="latchkey"');
  if (problem.retryAfterSeconds !== undefined) reply.header("retry-after", problem.retryAfterSeconds);
  if (problem.rateLimit !== undefined) {
    const { limit, remaining, resetSeconds } = problem.rateLimit;
    reply.header("ratelimit-limit", limit).header("ratelimit-remaining", remaining);
    reply.header("ratelimit-reset", resetSeconds);
  }
  return reply.code(body.status).type("application/problem+json").serializer(JSON.stringify).send(body);
}
