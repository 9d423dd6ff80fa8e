import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Metrics } from "./createMetrics.ts";
import { toVerdict, type Stages } from "./createStages.ts";
import type { Stage } from "./stages.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether requests of the route pass through the stages of admission. */
    isAdmission?: boolean;
  }
  interface FastifyRequest {
    /** The stage of admission that the server itself is in. */
    stageClock: { stage: Stage; startedAt: number } | undefined;
  }
}

/** An id that a proxy gave the request is kept if it is harmless in a log. */
const requestIdPattern = /^[\w-]{8,64}$/;

export function toRequestId(header: string | string[] | undefined): string {
  return typeof header === "string" && requestIdPattern.test(header) ? header : crypto.randomUUID();
}

/** Times every request, and the stages of admission that pass in the server before a handler runs. */
export function observeRequests({
  app,
  metrics,
  stages,
}: {
  app: FastifyInstance;
  metrics: Pick<Metrics, "requestSeconds">;
  stages: Stages;
}): void {
  app.decorateRequest("stageClock", undefined);

  const enter = (request: FastifyRequest, next: Stage | undefined): void => {
    const now = performance.now();
    const clock = request.stageClock;
    if (clock !== undefined) stages.record(clock.stage, (now - clock.startedAt) / 1000, "passed");
    request.stageClock = next === undefined ? undefined : { stage: next, startedAt: now };
  };

  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    if (request.routeOptions.config.isAdmission === true) {
      request.stageClock = { stage: "address", startedAt: performance.now() };
    }
    done();
  });
  // The limit of the route comes in between.
  app.addHook("preParsing", (request, _reply, _payload, done) => {
    if (request.stageClock !== undefined) enter(request, "body");
    done();
  });
  // Authentication and decryption come in between, and time themselves.
  app.addHook("preValidation", (request, _reply, done) => {
    if (request.stageClock !== undefined) enter(request, undefined);
    done();
  });
  app.addHook("preHandler", (request, _reply, done) => {
    if (request.stageClock !== undefined) enter(request, undefined);
    done();
  });
  app.addHook("onError", async (request, _reply, error) => {
    const clock = request.stageClock;
    if (clock === undefined) return;
    const isClients = typeof error.statusCode === "number" && error.statusCode < 500;
    const verdict = isClients || error.validation !== undefined ? "refused" : toVerdict(error);
    stages.record(clock.stage, (performance.now() - clock.startedAt) / 1000, verdict);
    request.stageClock = undefined;
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.requestSeconds.observe(labels, reply.elapsedTime / 1000);
    done();
  });
}

/** To be called after everything else that comes before the schema is checked. */
export function observeSchema(app: FastifyInstance): void {
  app.addHook("preValidation", (request, _reply, done) => {
    if (request.routeOptions.config.isAdmission === true) {
      request.stageClock = { stage: "schema", startedAt: performance.now() };
    }
    done();
  });
}
