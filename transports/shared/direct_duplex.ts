/**
 * What duplexes have in common that read and write by themselves: web streams for whoever wants
 * them.
 *
 * @module
 */

import type { Duplex } from "../../src/model/transport.ts";

/** A duplex that needs no streams; they are made when somebody asks for them. */
export abstract class DirectDuplex implements Duplex {
  /** Whether the bytes travel encrypted, or never leave the machine. */
  abstract readonly secure: boolean;
  #streams: Streams | null = null;

  /** The next bytes, or `null` at the end; whoever can reads them to where they are wanted. */
  abstract read(into?: Uint8Array): Promise<Uint8Array | null>;
  /** Sends bytes, with no other write under way; resolves when their memory is free again. */
  abstract write(bytes: Uint8Array): Promise<void>;
  /** Ends both directions at once; reads and writes under way are rejected. */
  abstract close(): void | Promise<void>;
  /** Says that nothing more will be sent. */
  protected abstract finish(): void | Promise<void>;

  /** What is received. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#made().readable;
  }

  /** What is to be sent. */
  get writable(): WritableStream<Uint8Array> {
    return this.#made().writable;
  }

  /** Whether somebody holds one of the streams. */
  protected get locked(): boolean {
    return this.#streams !== null &&
      (this.#streams.readable.locked || this.#streams.writable.locked);
  }

  /** Whether something was read for the stream that nobody has taken. */
  protected get unread(): boolean {
    return this.#streams !== null && this.#streams.reader.desiredSize! < 0;
  }

  /** Fails the stream of what is to be sent; what came before can still be read. */
  protected failWritable(error: Error): void {
    this.#streams?.writer.error(error);
  }

  /** Fails both streams, dropping what was not read. By the standard an ended one does not mind. */
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

/** They read nothing ahead. */
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
