/**
 * The base of duplexes that read and write without streams, but offer web streams too.
 *
 * @module
 */

import type { Duplex } from "../../src/model/transport.ts";

/** A duplex that needs no streams. They are made when they are first used. */
export abstract class DirectDuplex implements Duplex {
  /** Whether the bytes are encrypted on their way, or never leave the machine. */
  abstract readonly secure: boolean;
  #streams: Streams | null = null;

  /** Reads the next bytes, into the memory of `into` if the duplex can; `null` at the end. */
  abstract read(into?: Uint8Array): Promise<Uint8Array | null>;
  /** Sends bytes; resolves when their memory is free again. No other write may be in progress. */
  abstract write(bytes: Uint8Array): Promise<void>;
  /** Ends both directions at once; reads and writes in progress are rejected. */
  abstract close(): void | Promise<void>;
  /** Says that nothing more will be sent. */
  protected abstract finish(): void | Promise<void>;

  /** The bytes that are received. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#made().readable;
  }

  /** The bytes to send. */
  get writable(): WritableStream<Uint8Array> {
    return this.#made().writable;
  }

  /** Whether somebody holds one of the streams. */
  protected get locked(): boolean {
    return this.#streams !== null &&
      (this.#streams.readable.locked || this.#streams.writable.locked);
  }

  /** Whether the stream holds bytes that nobody has taken. */
  protected get unread(): boolean {
    return this.#streams !== null && this.#streams.reader.desiredSize! < 0;
  }

  /** Fails the stream for sending. What was received can still be read. */
  protected failWritable(error: Error): void {
    this.#streams?.writer.error(error);
  }

  /** Fails both streams; unread bytes are dropped. A stream that has ended ignores it. */
  protected failStreams(error: Error): void {
    this.#streams?.writer.error(error);
    this.#streams?.reader.error(error);
  }

  #made(): Streams {
    return this.#streams ??= streamsOver({
      read: () => this.read(),
      write: (bytes) => this.write(bytes),
      finish: () => this.finish(),
      close: () => this.close(),
    });
  }
}

interface Streams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly reader: ReadableStreamDefaultController<Uint8Array>;
  readonly writer: WritableStreamDefaultController;
}

interface Bytes {
  read(): Promise<Uint8Array | null>;
  write(bytes: Uint8Array): Promise<void>;
  finish(): void | Promise<void>;
  close(): void | Promise<void>;
}

/** Makes streams that read nothing ahead. */
function streamsOver(bytes: Bytes): Streams {
  let reader!: ReadableStreamDefaultController<Uint8Array>;
  let writer!: WritableStreamDefaultController;
  const readable = new ReadableStream<Uint8Array>({
    start: (controller): void => {
      reader = controller;
    },
    pull: async () => {
      const chunk = await bytes.read();
      if (chunk === null) reader.close();
      else reader.enqueue(chunk);
    },
    cancel: () => bytes.close(),
  }, { highWaterMark: 0 });
  const writable = new WritableStream<Uint8Array>({
    start: (controller): void => {
      writer = controller;
    },
    write: (chunk) => bytes.write(chunk),
    close: () => bytes.finish(),
    abort: () => bytes.close(),
  });
  return { readable, writable, reader, writer };
}
