import { LatchkeyError, ResponseInvalidError } from "./errors.ts";
import { readObject } from "./jsonReader.ts";
import type { RelayerHttp } from "./relayerHttp.ts";
import type { RelayerEvent } from "./relayerResponses.ts";
import { sleep, toDelay, type RetryPolicy } from "./retry.ts";

/**
 * Server-sent events of the relayer, resumed after a lost connection from the last one seen. A connection that is silent
 * for `idleMs` counts as lost. Ends when `signal` aborts; throws after `attemptsMax` failures in a row.
 */
export async function* streamRelayerEvents({
  http,
  path,
  idleMs,
  retryPolicy,
  signal,
  lastEventId,
}: {
  http: RelayerHttp;
  path: string;
  idleMs: number;
  retryPolicy: RetryPolicy;
  signal?: AbortSignal | undefined;
  lastEventId?: string | undefined;
}): AsyncGenerator<RelayerEvent, void, undefined> {
  const isOver = (): boolean => signal?.aborted === true;
  let last = lastEventId;
  let failures = 0;
  while (!isOver()) {
    const connection = new AbortController();
    const abort = (): void => connection.abort();
    signal?.addEventListener("abort", abort, { once: true });
    const watch = createIdleWatch(connection, idleMs);
    const onBytes = (): void => {
      failures = 0;
      watch.touch();
    };
    let cause: unknown;
    try {
      const headers = { accept: "text/event-stream", ...(last === undefined ? {} : { "last-event-id": last }) };
      const response = await http.open(path, { headers, signal: connection.signal });
      if (response.body === null) throw new ResponseInvalidError("The relayer's event stream has no body");
      for await (const event of readEvents(response.body, onBytes)) {
        last = event.id;
        yield event;
      }
      cause = new LatchkeyError("The relayer closed the event stream", { retryable: true });
    } catch (error) {
      cause = error;
    } finally {
      watch.stop();
      signal?.removeEventListener("abort", abort);
      connection.abort();
    }
    if (isOver()) return;
    failures += 1;
    // What is not ours is the connection breaking off.
    const isFatal = cause instanceof LatchkeyError && !cause.retryable;
    if (isFatal || failures >= retryPolicy.attemptsMax) throw cause;
    await sleep(toDelay(cause, failures, retryPolicy), signal).catch(() => undefined);
  }
}

/** Parses `text/event-stream` as the HTML standard lays down, as far as the relayer uses it. */
async function* readEvents(body: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<RelayerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  let id = "";
  let name = "message";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      buffer += decoder.decode(value, { stream: true });
      const lines = buffer.split(/\r\n|\n|\r(?!$)/);
      buffer = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) yield { id, name, data: parseData(data.join("\n")) };
          [name, data] = ["message", []];
          continue;
        }
        const [, field = "", text = ""] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
        if (field === "id") id = text;
        else if (field === "event") name = text;
        else if (field === "data") data.push(text);
      }
    }
  } finally {
    // Lets go of the connection also when the consumer stops early; failing to is no news.
    await reader.cancel().catch(() => undefined);
  }
}

function parseData(text: string): Record<string, unknown> {
  try {
    return readObject(JSON.parse(text), "event data");
  } catch (cause) {
    throw new ResponseInvalidError("The relayer sent an event that is not a JSON object", { cause });
  }
}

/** Aborts `connection` after `idleMs` without a touch. */
function createIdleWatch(connection: AbortController, idleMs: number): { touch: () => void; stop: () => void } {
  const start = (): ReturnType<typeof setTimeout> => setTimeout(() => connection.abort(), idleMs);
  let timer = start();
  return {
    touch() {
      clearTimeout(timer);
      timer = start();
    },
    stop: () => clearTimeout(timer),
  };
}
