import { context, propagation, trace } from "@opentelemetry/api";
import type { Config } from "../config.ts";
import { version } from "../version.ts";

/** Sends what is left and stops. */
export type StopTracing = () => Promise<void>;

/**
 * Sends traces to the collector that the configuration names; without one nothing is loaded, and
 * there is nothing to stop.
 * The decision which requests are traced is ours: clients can't raise it.
 */
export async function startTracing({
  otlpEndpoint,
  traceRatio,
  chainId,
}: Pick<Config, "otlpEndpoint" | "traceRatio" | "chainId">): Promise<StopTracing | undefined> {
  if (otlpEndpoint === undefined) return undefined;
  const [
    { BatchSpanProcessor, TraceIdRatioBasedSampler, ParentBasedSampler, TracerProvider },
    exporters,
    resources,
    hooks,
    core,
  ] = await Promise.all([
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/context-async-hooks"),
    import("@opentelemetry/core"),
  ]);
  const exporter = new exporters.OTLPTraceExporter({ url: `${otlpEndpoint.replace(/\/+$/, "")}/v1/traces` });
  const provider = new TracerProvider({
    resource: resources.resourceFromAttributes({
      "service.name": "latchkey-relayer",
      "service.version": version,
      "latchkey.chain_id": chainId,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(traceRatio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
    propagation.disable();
  };
}
