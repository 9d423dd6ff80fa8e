import { z } from "zod";
import { signHeaders, type RequestSigner } from "./api.ts";

export type StreamedEvent = { id: string; event: string; data: Record<string, unknown> };

const dataSchema = z.record(z.string(), z.unknown());

type StreamReader = {
  lastEventId?: string;
  onOpen?: () => Promise<void>;
  /** Who signs the request, if anyone does. */
  signer?: RequestSigner;
  headers?: Record<string, string>;
};

/** Reads server-sent events, without a client's help, until `isEnough` or the relayer ends them. */
export async function readStream(
  url: string,
  isEnough: (events: readonly StreamedEvent[]) => boolean,
  { lastEventId, onOpen, signer, headers = {} }: StreamReader = {},
): Promise<StreamedEvent[]> {
  const connection = new AbortController();
  const timer = setTimeout(() => connection.abort(new Error("The events did not come")), 25_000);
  const events: StreamedEvent[] = [];
  try {
    const response = await fetch(url, {
      headers: {
        accept: "text/event-stream",
        ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
        ...headers,
        ...(signer && (await signHeaders(signer, url, { method: "GET" }))),
      },
      signal: connection.signal,
    });
    const type = response.headers.get("content-type") ?? "";
    if (!response.ok || response.body === null || !type.startsWith("text/event-stream")) {
      throw new Error(`The stream was answered with ${response.status} ${type}`);
    }
    const opened = onOpen?.();
    let rest = "";
    const text: AsyncIterable<string> = response.body.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) {
      const parts = (rest + chunk).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const event = toEvent(part);
        if (event !== undefined) events.push(event);
      }
      if (isEnough(events)) break;
    }
    await opened;
    return events;
  } finally {
    clearTimeout(timer);
    connection.abort();
  }
}

/** Nothing for a comment. */
function toEvent(message: string): StreamedEvent | undefined {
  const fields = new Map(
    message
      .split("\n")
      .filter((line) => !line.startsWith(":"))
      .map((line) => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)] as const;
      }),
  );
  const [id, event, data] = [fields.get("id"), fields.get("event"), fields.get("data")];
  if (id === undefined || event === undefined || data === undefined) return undefined;
  return { id, event, data: dataSchema.parse(JSON.parse(data)) };
}
