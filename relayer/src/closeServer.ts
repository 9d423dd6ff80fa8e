import type { Server } from "node:http";

/** What is under way after so many milliseconds is cut off. */
const drainMs = 8_000;
const lookMs = 50;

/**
 * Ends a server: nothing new is taken, what is under way is answered, and connections are closed as soon as they are idle,
 * however long their clients would keep them.
 */
export async function closeServer(app: { server: Server; close: () => PromiseLike<unknown> }): Promise<void> {
  const startedAt = performance.now();
  const looking = setInterval(() => {
    if (performance.now() - startedAt < drainMs) app.server.closeIdleConnections();
    else app.server.closeAllConnections();
  }, lookMs);
  try {
    await app.close();
  } finally {
    clearInterval(looking);
  }
}
