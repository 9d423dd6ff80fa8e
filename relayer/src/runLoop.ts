/** A job that runs again and again, one run at a time. */
export type Loop = {
  /** Runs it soon instead of at the end of its pause. */
  wake: () => void;
  /** Resolves when the run under way is over; no other starts. */
  stop: () => Promise<void>;
};

/** Runs `job` until stopped; it says how long to pause. After a failure the pause is `failurePauseMs`. */
export function runLoop({
  job,
  onFailure,
  failurePauseMs,
}: {
  job: (signal: AbortSignal) => Promise<number>;
  onFailure: (error: unknown) => void;
  failurePauseMs: number;
}): Loop {
  const stopping = new AbortController();
  let wake: () => void = () => undefined;
  let isWoken = false;

  function pause(ms: number): Promise<void> {
    if (isWoken || stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      isWoken = false;
      let pauseMs = failurePauseMs;
      try {
        pauseMs = await job(stopping.signal);
      } catch (error) {
        onFailure(error);
        // Being woken does not shorten the pause after a failure, or a busy service would hammer a broken node.
        isWoken = false;
      }
      await pause(pauseMs);
    }
  }

  const finished = run();
  return {
    wake() {
      isWoken = true;
      wake();
    },
    async stop() {
      stopping.abort();
      wake();
      await finished;
    },
  };
}
