/** Gathers items that come at about the same time and runs them together. */
export type MicroBatch<Item, Result> = {
  /** The item's result, from a run that it shares with others. */
  add: (item: Item) => Promise<Result>;
};

type Entry<Item, Result> = {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

/**
 * An item waits until nothing runs, at most `waitMs` (milliseconds), and no longer than until `sizeMax` items wait; never
 * more than `runsMax` runs at once. `run` returns one result an item, in their order; if it throws, every item of it fails.
 */
export function createMicroBatch<Item, Result>({
  run,
  waitMs,
  sizeMax,
  runsMax,
}: {
  run: (items: Item[]) => Promise<Result[]>;
  waitMs: number;
  sizeMax: number;
  runsMax: number;
}): MicroBatch<Item, Result> {
  const waiting: Entry<Item, Result>[] = [];
  let running = 0;
  let isImmediate = false;
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    clearTimeout(timer);
    timer = undefined;
    const entries = waiting.splice(0, sizeMax);
    if (entries.length === 0) return;
    running += 1;
    void execute(entries).finally(() => {
      running -= 1;
      schedule();
    });
  }

  async function execute(entries: readonly Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await run(entries.map(({ item }) => item));
      if (results.length !== entries.length) {
        throw new Error(`A run of ${entries.length} items gave ${results.length} results`);
      }
      results.forEach((result, index) => entries[index]?.resolve(result));
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }

  function schedule(): void {
    if (waiting.length === 0 || running >= runsMax) return;
    if (waiting.length >= sizeMax) return start();
    if (running === 0) {
      if (isImmediate) return;
      isImmediate = true;
      // What else has arrived with it is read before it runs.
      setImmediate(() => {
        isImmediate = false;
        if (running < runsMax) start();
      });
      return;
    }
    timer ??= setTimeout(() => {
      timer = undefined;
      if (running < runsMax) start();
    }, waitMs);
  }

  return {
    add: (item) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      }),
  };
}
