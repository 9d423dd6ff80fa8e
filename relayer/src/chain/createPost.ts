import { Agent as HttpAgent, request as requestHttp, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";

export type Post = (json: string) => Promise<{ status: number; text: string }>;

/** So much of a hostile node's answer fits into the memory that the relayer is given. */
const answerBytesMax = 10 * 1024 * 1024;

export class AnswerTooLongError extends Error {
  override name = "AnswerTooLongError";
}

/**
 * Posts JSON to `url` over connections that are kept, and returns the whole answer. Throws a `TimeoutError` of the DOM when
 * it is not there after `timeoutMs`, `AnswerTooLongError`, and what Node throws of connections.
 */
export function createPost(url: string, { timeoutMs }: { timeoutMs: number }): Post {
  const target = new URL(url);
  const isSecure = target.protocol === "https:";
  const agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const request = isSecure ? requestHttps : requestHttp;

  function send(json: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(json) };
      const outgoing: ClientRequest = request(target, { method: "POST", agent, headers, signal }, (answer) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        answer.on("data", (piece: Buffer) => {
          pieces.push(piece);
          bytes += piece.length;
          if (bytes > answerBytesMax)
            answer.destroy(new AnswerTooLongError(`The answer has more than ${answerBytesMax} bytes`));
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() }));
        answer.on("error", reject);
      });
      outgoing.on("error", (error) => reject(new PostError(error, outgoing.reusedSocket)));
      outgoing.end(json);
    });
  }

  return async (json) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await send(json, signal).catch((error: unknown) => {
        // The other side closed a kept connection at the moment it was used again. Should it have read the request after
        // all, a second one does no harm: what is asked of nodes are reads, and transactions that are signed already.
        if (error instanceof PostError && error.wasStale) return send(json, signal);
        throw error;
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof PostError ? error.cause : error;
    }
  };
}

class PostError extends Error {
  override name = "PostError";
  readonly wasStale: boolean;

  constructor(cause: Error & { code?: string }, isReused: boolean) {
    super(cause.message, { cause });
    this.wasStale = isReused && cause.code === "ECONNRESET";
  }
}
