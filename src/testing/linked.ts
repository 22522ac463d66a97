import { ConnectionClosedError } from "../model/errors.ts";
import type { Duplex, Transport } from "../model/transport.ts";

/** How many bytes may be buffered before the writer waits for the reader. */
const READ_AHEAD = 64 * 1024;

/** One direction: what is written can be read, with backpressure. */
class Pipe {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  #reader!: ReadableStreamDefaultController<Uint8Array>;
  #writer!: WritableStreamDefaultController;
  #ended = false;
  /** Set while a write waits for the reader. */
  #waiting: { resolve(): void; reject(error: Error): void } | null = null;

  constructor() {
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller): void => void (this.#reader = controller),
      pull: () => this.#waiting?.resolve(),
      cancel: (): void => {
        this.#ended = true;
        this.break();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: READ_AHEAD }));
    this.writable = new WritableStream<Uint8Array>({
      start: (controller): void => void (this.#writer = controller),
      write: (bytes) => this.#write(bytes),
      close: () => this.#end(),
      abort: () => this.break(),
    });
  }

  /** Ends the pipe at once; what was written before can still be read. */
  break(): void {
    const gone = new ConnectionClosedError("The other side closed the connection");
    this.#end();
    this.#writer.error(gone);
    this.#waiting?.reject(gone);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#reader.enqueue(bytes);
    if (this.#reader.desiredSize! > 0) return;
    await new Promise<void>((resolve, reject) => this.#waiting = { resolve, reject });
    this.#waiting = null;
  }

  #end(): void {
    if (!this.#ended) this.#reader.close();
    this.#ended = true;
  }
}

/**
 * A transport for connections within the program; `serve` gets the server's end of each. A more
 * complete one is in `transports/`, which `src/testing` must not import.
 */
export function linkedTransport(serve: (server: Duplex) => void): Transport {
  // Async, so that every error becomes a rejection.
  // deno-lint-ignore require-await
  return async (signal) => {
    signal.throwIfAborted();
    const [up, down] = [new Pipe(), new Pipe()];
    serve(end(up, down));
    return end(down, up);
  };
}

function end(incoming: Pipe, outgoing: Pipe): Duplex {
  return {
    readable: incoming.readable,
    writable: outgoing.writable,
    secure: true,
    close(): void {
      outgoing.break();
      incoming.break();
    },
  };
}
