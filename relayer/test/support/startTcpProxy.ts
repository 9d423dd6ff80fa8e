import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A connection to the node that can be cut and restored. */
export type TcpProxy = {
  url: string;
  cut: () => Promise<void>;
  restore: () => Promise<void>;
  /** Takes connections and passes nothing on, until `thaw`. */
  freeze: () => void;
  thaw: () => void;
};

export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  let held: [to: Socket, chunk: Buffer][] | undefined;
  const server = createServer((incoming) => {
    const outgoing = connect(Number(targetPort), hostname);
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on("data", (chunk: Buffer) => {
        if (held === undefined) other.write(chunk);
        else held.push([other, chunk]);
      });
    }
  });
  const listen = async (wanted: number): Promise<number> => {
    server.listen(wanted, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("The proxy has no port");
    return address.port;
  };
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    async cut() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async restore() {
      await listen(port);
    },
    freeze() {
      held = [];
    },
    thaw() {
      const passed = held ?? [];
      held = undefined;
      for (const [to, chunk] of passed) if (!to.destroyed) to.write(chunk);
    },
  };
}
