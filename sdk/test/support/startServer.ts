import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export type TestRequest = { method: string; path: string; body: unknown; headers: IncomingMessage["headers"] };
/** Answers one request: with JSON by returning `{ status, json }`, or by writing to `response` itself. */
export type Answer = (
  request: TestRequest,
  response: ServerResponse,
) => { status: number; json: unknown; headers?: Record<string, string> } | undefined;

export type TestServer = { url: string; requests: TestRequest[]; stop: () => Promise<void> };

/** A real HTTP server on a free port. `answer` says what it says. */
export async function startServer(answer: Answer): Promise<TestServer> {
  const requests: TestRequest[] = [];
  const server = createServer((incoming, response) => {
    void readBody(incoming).then((text) => {
      const request: TestRequest = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        body: text === "" ? undefined : JSON.parse(text),
        headers: incoming.headers,
      };
      requests.push(request);
      const answered = answer(request, response);
      if (answered === undefined) return;
      const type = answered.status < 400 ? "application/json" : "application/problem+json";
      response.writeHead(answered.status, { "content-type": type, ...answered.headers });
      response.end(JSON.stringify(answered.json));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}
