import type { Socket } from "node:net";
import { ConnectionClosedError } from "../model/errors.ts";
import type { Duplex } from "../model/transport.ts";

/** How many bytes are read ahead. */
const READ_AHEAD = 64 * 1024;

/**
 * The server's end of a connection by `node:net` or `node:tls`. Nothing is read ahead while TLS may
 * still start: the client's first bytes of TLS must not get into these streams.
 */
export function netDuplex(socket: Socket, secure: boolean, readAhead: boolean): Duplex {
  const incoming = incomingOf(socket, readAhead ? READ_AHEAD : 0);
  return {
    readable: incoming.readable,
    writable: writableOf(socket),
    secure,
    close(): void {
      incoming.end();
      // Read and drop what the client still sends: otherwise the system answers it with a reset,
      // which can overtake the server's last response.
      socket.end();
      socket.resume();
    },
  };
}

/** What the client sends. */
interface Incoming {
  readonly readable: ReadableStream<Uint8Array>;
  /** Stops reading. */
  end(): void;
}

function incomingOf(socket: Socket, highWaterMark: number): Incoming {
  let reader!: ReadableStreamDefaultController<Uint8Array>;
  let ended = false;
  const end = (): void => {
    if (!ended) reader.close();
    ended = true;
  };
  const readable = new ReadableStream<Uint8Array>({
    start: (controller): void => void (reader = controller),
    pull: () => void socket.resume(),
    cancel: () => void (ended = true),
  }, new ByteLengthQueuingStrategy({ highWaterMark }));
  socket.on("data", (chunk: Uint8Array) => {
    if (ended) return;
    // A Buffer would be wrong here: its `slice()` does not copy.
    reader.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (reader.desiredSize! <= 0) socket.pause();
  });
  socket.pause();
  socket.on("end", end);
  socket.on("close", end);
  return { readable, end };
}

function writableOf(socket: Socket): WritableStream<Uint8Array> {
  let fail: (error: Error) => void = () => {};
  return new WritableStream<Uint8Array>({
    start(controller): void {
      const broken = (): void => {
        const error = new ConnectionClosedError("The client is gone");
        controller.error(error);
        fail(error);
      };
      socket.on("error", broken);
      socket.on("close", broken);
    },
    write(bytes): Promise<void> {
      return new Promise((resolve, reject) => {
        fail = reject;
        socket.write(bytes, (error) => error ? reject(error) : resolve());
      });
    },
    close: () => void socket.end(),
    abort: () => void socket.end(),
  });
}
