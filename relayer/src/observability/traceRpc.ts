import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("latchkey-relayer");

/**
 * A span for what a node is asked on behalf of something that is traced, with the method's name and the code of an error:
 * never parameters, answers, messages or URLs, which hold keys. What is asked on nobody's behalf, such as for the newest
 * block, has none.
 */
export async function traceRpc<T>(method: string, ask: () => Promise<T>): Promise<T> {
  if (trace.getActiveSpan() === undefined) return ask();
  const attributes = { "rpc.system": "jsonrpc", "rpc.jsonrpc.version": "2.0", "rpc.method": method };
  return tracer.startActiveSpan(method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      return await ask();
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
      if (typeof code === "number") span.setAttribute("rpc.jsonrpc.error_code", code);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
