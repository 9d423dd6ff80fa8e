import { Socket } from "node:net";

/**
 * A socket that sends what is written to it in one turn of the event loop at once. A statement of the extended protocol is
 * five messages and a pipeline of them many more; each that goes alone wakes the database, which costs both sides more than
 * what it says.
 */
export function createGatheringSocket(): Socket {
  const socket = new Socket();
  // Not before: connecting puts back what sockets have of their own.
  socket.once("connect", () => {
    gather(socket);
  });
  return socket;
}

function gather(socket: Socket): void {
  const write = socket.write.bind(socket);
  let isGathering = false;
  socket.write = (...args: unknown[]) => {
    if (!isGathering) {
      isGathering = true;
      socket.cork();
      // After the promises that are settled already: they may have more to say.
      process.nextTick(() => {
        isGathering = false;
        socket.uncork();
      });
    }
    return Reflect.apply(write, undefined, args) as boolean;
  };
}
