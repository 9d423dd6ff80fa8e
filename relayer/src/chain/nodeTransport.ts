import { createTransport, HttpRequestError, RpcRequestError, TimeoutError, type Transport } from "viem";
import { z } from "zod";
import { AnswerTooLongError, createPost } from "./createPost.ts";

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).nullish(),
});

/** EIP-1474. */
const limitExceeded = -32005;

/**
 * JSON-RPC over HTTP, each call alone and at once: viem's own transport goes through `fetch` and its streams, which on a
 * busy relayer cost an order more time than the node takes to run it. Throws viem's errors, as its own does: `RpcRequestError`
 * for what a node answered, `TimeoutError`, and `HttpRequestError` for everything else.
 */
export function nodeTransport(url: string, { timeoutMs }: { timeoutMs: number }): Transport {
  const post = createPost(url, { timeoutMs });
  let lastId = 0;

  async function request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    lastId += 1;
    const body = { jsonrpc: "2.0", id: lastId, method, params };
    const sent = await post(JSON.stringify(body)).catch((cause: unknown) => {
      throw toError(cause, body);
    });
    const answer = answerSchema.safeParse(parseJson(sent.text)).data;
    if (answer?.error) throw new RpcRequestError({ body, error: answer.error, url });
    if (answer === undefined || sent.status < 200 || sent.status > 299) {
      throw new HttpRequestError({ body, url, status: sent.status, details: sent.text.slice(0, 200) });
    }
    return answer.result;
  }

  function toError(cause: unknown, body: { method: string }): Error {
    if (cause instanceof DOMException && cause.name === "TimeoutError") return new TimeoutError({ body, url });
    // The node has answered, and may have a shorter answer to less.
    if (cause instanceof AnswerTooLongError) {
      return new RpcRequestError({ body, error: { code: limitExceeded, message: cause.message }, url });
    }
    return new HttpRequestError({ body, url, ...(cause instanceof Error && { cause, details: cause.message }) });
  }

  // viem's type of `request` says what each method gives; nodes are taken at their word, as by viem's own transport.
  const typed = request as ReturnType<Transport>["request"];
  return () => createTransport({ key: "node", name: "JSON-RPC", type: "http", request: typed, retryCount: 0 });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
