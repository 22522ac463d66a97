/**
 * The web streams of a duplex that reads and writes by itself.
 *
 * @module
 */

/** What {@linkcode StreamPair} makes streams of. */
export interface Bytes {
  /** The next bytes; `null` at the end. */
  read(): Promise<Uint8Array | null>;
  /** Sends bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Says that nothing more will be sent. */
  finish(): void | Promise<void>;
  /** Ends both directions at once. */
  close(): void | Promise<void>;
}

/** Two streams that read nothing ahead, so that whoever does not use them has no need of them. */
export class StreamPair {
  /** What is received. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What is sent. */
  readonly writable: WritableStream<Uint8Array>;
  #reader!: ReadableStreamDefaultController<Uint8Array>;
  #writer!: WritableStreamDefaultController;

  /** Makes them; nothing else may read or write then. */
  constructor(bytes: Bytes) {
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller): void => {
        this.#reader = controller;
      },
      pull: () => this.#pull(bytes),
      cancel: () => bytes.close(),
    }, { highWaterMark: 0 });
    this.writable = new WritableStream<Uint8Array>({
      start: (controller): void => {
        this.#writer = controller;
      },
      write: (chunk) => bytes.write(chunk),
      close: () => bytes.finish(),
      abort: () => bytes.close(),
    });
  }

  /** Whether somebody holds one of them. */
  get locked(): boolean {
    return this.readable.locked || this.writable.locked;
  }

  /** Whether something was read that nobody has taken. */
  get unread(): boolean {
    return this.#reader.desiredSize! < 0;
  }

  /** Fails what is to be written; what came before can still be read. */
  failWriting(error: Error): void {
    this.#writer.error(error);
  }

  /** Fails both, dropping what was not read. By the standard an ended one takes no notice. */
  fail(error: Error): void {
    this.#writer.error(error);
    this.#reader.error(error);
  }

  async #pull(bytes: Bytes): Promise<void> {
    const chunk = await bytes.read();
    if (chunk === null) this.#reader.close();
    else this.#reader.enqueue(chunk);
  }
}
