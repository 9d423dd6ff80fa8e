import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from "@opentelemetry/api";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    traced: { span: Span; context: Context } | undefined;
  }
}

/**
 * A span for each request, with the route's name and never its query. The trace of whoever calls is gone on with only
 * behind a proxy of the operator's, or any client could have every request of his traced.
 */
export function traceRequests(app: FastifyInstance, { isBehindProxy }: { isBehindProxy: boolean }): void {
  const tracer = trace.getTracer("latchkey-relayer");
  app.decorateRequest("traced", undefined);

  app.addHook("onRequest", (request, _reply, done) => {
    const parent = isBehindProxy ? propagation.extract(ROOT_CONTEXT, request.headers) : ROOT_CONTEXT;
    const route = request.routeOptions.url ?? "none";
    const attributes = {
      "http.request.method": request.method,
      "http.route": route,
      "latchkey.request_id": request.id,
    };
    const span = tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    request.traced = { span, context: trace.setSpan(parent, span) };
    context.with(request.traced.context, done);
  });
  // Reading the body leaves the context behind.
  app.addHook("preValidation", (request, _reply, done) => {
    context.with(request.traced?.context ?? context.active(), done);
  });
  app.addHook("preHandler", (request, _reply, done) => {
    context.with(request.traced?.context ?? context.active(), done);
  });
  app.addHook("onResponse", (request, reply, done) => {
    const span = request.traced?.span;
    span?.setAttribute("http.response.status_code", reply.statusCode);
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}
