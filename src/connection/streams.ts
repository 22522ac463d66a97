import type { Duplex } from "../transport.ts";

/** A duplex whose two streams are in use here. */
export class Streams {
  /** The duplex. */
  readonly duplex: Duplex;
  readonly #input: ReadableStreamDefaultReader<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;

  /** Takes hold of both streams. */
  constructor(duplex: Duplex) {
    this.duplex = duplex;
    this.#input = duplex.readable.getReader();
    this.#output = duplex.writable.getWriter();
    // Its failure is that of the write under way, or of the read that follows.
    this.#output.closed.catch(() => {});
  }

  /** The next chunk, or the end. */
  read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    return this.#input.read();
  }

  /** Writes one chunk. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#output.write(bytes);
  }

  /** Lets go of both streams, for somebody else to use them. */
  release(): void {
    this.#input.releaseLock();
    this.#output.releaseLock();
  }

  /** Closes both. What they have to say about it adds nothing to why they are closed. */
  async close(): Promise<void> {
    this.#input.cancel().catch(() => {});
    this.#output.abort().catch(() => {});
    try {
      await this.duplex.close();
    } catch {
      // It is closed, one way or another.
    }
  }
}
