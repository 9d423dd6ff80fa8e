import { SpanStatusCode, trace } from "@opentelemetry/api";
import { ProblemError, problemKinds } from "../problem.ts";
import type { Metrics } from "./createMetrics.ts";
import type { Stage, Verdict } from "./stages.ts";

/** Times stages, counts what they decide, and makes each a span of the trace. */
export type Stages = {
  /** Runs `work` as the stage; what it throws is its verdict. */
  run: <T>(stage: Stage, work: () => T) => T;
  /** For a stage that the server runs itself. */
  record: (stage: Stage, seconds: number, verdict: Verdict) => void;
};

type Deps = { metrics: Pick<Metrics, "stages">; isTraced: boolean };

export function createStages({ metrics, isTraced }: Deps): Stages {
  const tracer = trace.getTracer("latchkey-relayer");
  const { record } = metrics.stages;

  function runTraced<T>(stage: Stage, work: () => T): T {
    return tracer.startActiveSpan(`admission ${stage}`, (span) =>
      time(work, (seconds, verdict) => {
        record(stage, seconds, verdict);
        span.setAttribute("latchkey.verdict", verdict);
        if (verdict === "unavailable") span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      }),
    );
  }

  return {
    run: isTraced
      ? runTraced
      : (stage, work) =>
          time(work, (seconds, verdict) => {
            record(stage, seconds, verdict);
          }),
    record,
  };
}

/** What `work` gives. `onEnd` is called before anyone else learns of it. */
function time<T>(work: () => T, onEnd: (seconds: number, verdict: Verdict) => void): T {
  const startedAt = performance.now();
  const end = (verdict: Verdict): void => {
    onEnd((performance.now() - startedAt) / 1000, verdict);
  };
  const fail = (error: unknown): void => {
    end(toVerdict(error));
  };
  try {
    const result = work();
    if (result instanceof Promise) {
      result.then(() => {
        end("passed");
      }, fail);
    } else end("passed");
    return result;
  } catch (error) {
    fail(error);
    throw error;
  }
}

/** A failure of the node, of the database or of our own is no decision about the order. */
export function toVerdict(error: unknown): Verdict {
  return error instanceof ProblemError && problemKinds[error.code].status < 500 ? "refused" : "unavailable";
}
