import type { PassThrough } from "node:stream";
import type { EntryFilter } from "../db/entryRows.ts";
import type { EventLog } from "./createEventLog.ts";
import { toEvent, type StreamEvent } from "./toEvent.ts";

type Options = {
  eventLog: EventLog;
  stream: PassThrough;
  /** Number of the last entry that the reader has. */
  after: number;
  filter: EntryFilter;
  /** Ends the stream. */
  signal: AbortSignal;
  /** Asked now and then: whether the reader may still be told what the filter wants. */
  isAllowed: () => Promise<boolean>;
};

const heartbeatMs = 15_000;

/** Writes events as server-sent ones until the reader leaves, `signal` aborts, or the reader may not be told any more. */
export async function followEvents({ eventLog, stream, after, filter, signal, isAllowed }: Options): Promise<void> {
  let cursor = after;
  // What comes while entries are read must not wait for the next.
  let isBehind = true;
  let wake: () => void = () => undefined;
  const stop = (): void => {
    stream.end();
    wake();
  };
  const unsubscribe = eventLog.subscribe(() => {
    isBehind = true;
    wake();
  });
  signal.addEventListener("abort", stop, { once: true });
  stream.once("close", () => wake());
  const isOver = (): boolean => stream.destroyed || stream.writableEnded || signal.aborted;
  try {
    stream.write(": connected\n\n");
    let checkedAt = performance.now();
    while (!isOver()) {
      if (performance.now() - checkedAt >= heartbeatMs) {
        checkedAt = performance.now();
        if (!(await isAllowed())) return stop();
        stream.write(": alive\n\n");
      }
      if (!isBehind) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, heartbeatMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          if (isOver()) wake();
        });
        continue;
      }
      isBehind = false;
      const { entries, upTo, isMore } = await eventLog.read(cursor, filter);
      for (const entry of entries) {
        if (isOver()) return;
        if (!stream.write(toMessage(toEvent(entry)))) await waitForDrain(stream);
      }
      cursor = upTo;
      isBehind ||= isMore;
    }
  } finally {
    unsubscribe();
    signal.removeEventListener("abort", stop);
  }
}

function waitForDrain(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    stream.once("drain", resolve);
    stream.once("close", resolve);
  });
}

function toMessage({ id, event, data }: StreamEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
