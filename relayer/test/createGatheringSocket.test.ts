import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { createGatheringSocket } from "../src/db/createGatheringSocket.ts";

test("sends what is written in one turn at once, in order, also between cork and uncork of others", async () => {
  let text = "";
  const server = createServer((socket) => {
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  const single = vi.spyOn(Socket.prototype, "_write");
  const many = vi.spyOn(Socket.prototype as unknown as { _writev: () => void }, "_writev");
  const socket = createGatheringSocket();
  try {
    socket.connect(address.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("a");
    socket.cork();
    socket.write("b");
    socket.uncork();
    await Promise.resolve();
    socket.write("c");
    await vi.waitFor(() => expect(text).toBe("abc"));
    expect(single).not.toHaveBeenCalled();
    expect(many).toHaveBeenCalledTimes(1);
    socket.write("d");
    await vi.waitFor(() => expect(text).toBe("abcd"));
  } finally {
    vi.restoreAllMocks();
    socket.destroy();
    server.close();
  }
});
