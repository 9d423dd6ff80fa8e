/**
 * Passes on whatever comes between relayers and node, in a thread of its own, and counts the methods that it sees go by: to
 * read requests as a server would cost more than the node takes to answer some of them. Tells its address first, and
 * whenever it is asked the counts, or how long the node took for each answer since that was asked before.
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const { hostname, port } = new URL(String(workerData));
const counts = new Map<string, number>();
/** Milliseconds from a request to the first of its answer; a connection has one request at a time. */
let waits: number[] = [];
/** In no other place of a request: what else is long in it is hex. */
const pattern = /"method":"(\w+)"/g;
/** Longer than what the pattern matches, whose beginning may end one piece of a request. */
const overlap = 64;

const server = createServer((client) => {
  const node = connect(Number(port), hostname);
  let end = "";
  let askedAt: number | undefined;
  node.on("data", () => {
    if (askedAt !== undefined) waits.push(performance.now() - askedAt);
    askedAt = undefined;
  });
  client.on("data", (piece) => {
    askedAt ??= performance.now();
    const text = end + piece.toString("latin1");
    let at = 0;
    for (const match of text.matchAll(pattern)) {
      const [whole, method = ""] = match;
      counts.set(method, (counts.get(method) ?? 0) + 1);
      at = match.index + whole.length;
    }
    end = text.slice(Math.max(at, text.length - overlap));
  });
  for (const [from, to] of [
    [client, node],
    [node, client],
  ] as const) {
    from.setNoDelay(true).pipe(to);
    from.on("error", () => to.destroy()).on("close", () => to.destroy());
  }
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
if (typeof address !== "object" || address === null) throw new Error("The proxy has no port");
parentPort?.postMessage(`http://127.0.0.1:${address.port}`, []);
parentPort?.on("message", (wanted) => {
  if (wanted === "counts") parentPort?.postMessage(counts, []);
  else {
    parentPort?.postMessage(waits, []);
    waits = [];
  }
});
