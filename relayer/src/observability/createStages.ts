import { SpanStatusCode, trace } from "@opentelemetry/api";
import { ProblemError, problemKinds } from "../problem.ts";
import type { Metrics } from "./createMetrics.ts";

/** The stages of admission in their order, cheap before dear. */
export const stageNames = [
  "address",
  "body",
  "authentication",
  "decryption",
  "schema",
  "content",
  "policy",
  "signature",
  "access",
  "session-limit",
  "state",
  "rules",
  "reservation",
  "anomaly",
  "simulation",
  "store",
] as const;
export type Stage = (typeof stageNames)[number];
export type Verdict = "passed" | "refused" | "unavailable";

/** Times stages, counts what they decide, and makes each a span of the trace. */
export type Stages = {
  /** Runs `work` as the stage; what it throws is its verdict. */
  run: <T>(stage: Stage, work: () => T) => T;
  /** For a stage that the server runs itself. */
  record: (stage: Stage, seconds: number, verdict: Verdict) => void;
};

export function createStages({ stageSeconds, stageVerdicts }: Pick<Metrics, "stageSeconds" | "stageVerdicts">): Stages {
  const tracer = trace.getTracer("latchkey-relayer");
  // Every series exists from the start, so that rates are right from the first event on.
  for (const stage of stageNames) {
    for (const verdict of ["passed", "refused", "unavailable"]) stageVerdicts.inc({ stage, verdict }, 0);
    stageSeconds.zero({ stage });
  }

  function record(stage: Stage, seconds: number, verdict: Verdict): void {
    stageSeconds.observe({ stage }, seconds);
    stageVerdicts.inc({ stage, verdict });
  }

  function run<T>(stage: Stage, work: () => T): T {
    return tracer.startActiveSpan(`admission ${stage}`, (span) => {
      const startedAt = performance.now();
      const end = (verdict: Verdict): void => {
        record(stage, (performance.now() - startedAt) / 1000, verdict);
        span.setAttribute("latchkey.verdict", verdict);
        if (verdict === "unavailable") span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      };
      const fail = (error: unknown): never => {
        end(toVerdict(error));
        throw error;
      };
      try {
        const result = work();
        if (!(result instanceof Promise)) {
          end("passed");
          return result;
        }
        const settled = result.then((value: unknown) => {
          end("passed");
          return value;
        }, fail);
        // The same promise but for the clock, so it resolves to what `work` promised.
        return settled as T;
      } catch (error) {
        return fail(error);
      }
    });
  }

  return { run, record };
}

/** A failure of the node, of the database or of our own is no decision about the order. */
export function toVerdict(error: unknown): Verdict {
  return error instanceof ProblemError && problemKinds[error.code].status < 500 ? "refused" : "unavailable";
}
