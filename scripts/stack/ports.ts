import { createServer } from "node:net";

const host = "127.0.0.1";
const attemptsMax = 50;

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : undefined));
    });
  });
}

/** The first free port from `wanted` upwards that is not in `taken`; any free one for 0. */
export async function findFreePort(wanted: number, taken: readonly number[] = []): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const port = await tryPort(wanted === 0 ? 0 : wanted + attempt);
    if (port !== undefined && !taken.includes(port)) return port;
  }
  throw new Error(`No free port from ${wanted} to ${wanted + attemptsMax - 1}`);
}
