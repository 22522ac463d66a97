/**
 * Web streams over a socket that pushes what it receives and can be told to pause.
 *
 * @module
 */

import { ConnectionClosedError, TlsError } from "../src/errors.ts";
import type { Duplex, TlsOptions } from "../src/transport.ts";

/** What is read ahead of the reader, in bytes, before the socket is told to pause. */
const READ_AHEAD = 256 * 1024;

/** What {@linkcode SocketDuplex} asks of a runtime's socket. */
export interface Socket {
  /**
   * Sends all of the bytes; resolves when their memory is no longer needed. A failure may be left
   * to {@linkcode SocketDuplex.fail}, which rejects the write under way.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Says that nothing more will be sent, and goes on receiving. */
  finish(): void;
  /** Stops the pushing; what is under way may still come. */
  pause(): void;
  /** Starts the pushing again. */
  resume(): void;
  /** Ends both directions at once; a promise resolves when nothing is left. */
  destroy(): void | Promise<void>;
  /** Starts TLS. By then the duplex has let go of the socket. */
  startTls?(options: TlsOptions): Promise<Duplex>;
}

/** A {@linkcode Duplex} whose owner reports what happens on the socket as it happens. */
export class SocketDuplex implements Duplex {
  /** What was received. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What is to be sent. */
  readonly writable: WritableStream<Uint8Array>;
  /** Whether the bytes travel encrypted, or never leave the machine. */
  readonly secure: boolean;
  /** Starts TLS; there only if the socket can, and has not done so. */
  readonly startTls?: (options: TlsOptions) => Promise<Duplex>;

  readonly #socket: Socket;
  #reader!: ReadableStreamDefaultController<Uint8Array>;
  #writer!: WritableStreamDefaultController;
  #paused = false;
  #received = false;
  #failure: Error | null = null;
  #failWrite: ((error: Error) => void) | null = null;
  #closing: void | Promise<void> = undefined;

  /** Takes the socket over; from now on its owner calls the methods below. */
  constructor(socket: Socket, secure: boolean) {
    this.#socket = socket;
    this.secure = secure;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller): void => {
        this.#reader = controller;
      },
      pull: () => this.#pull(),
      cancel: () => this.close(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: READ_AHEAD }));
    this.writable = new WritableStream<Uint8Array>({
      start: (controller): void => {
        this.#writer = controller;
      },
      write: (bytes) => this.#write(bytes),
      close: () => this.#finish(),
      abort: () => this.close(),
    });
    if (socket.startTls && !secure) this.startTls = (options) => this.#startTls(options);
  }

  /** Bytes came in. Their memory now belongs to the reader. */
  push(bytes: Uint8Array): void {
    if (this.#received || bytes.length === 0) return;
    this.#reader.enqueue(bytes);
    if (this.#reader.desiredSize! > 0 || this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  /** The other side will send nothing more. */
  end(): void {
    if (this.#received) return;
    this.#received = true;
    this.#reader.close();
  }

  /** The socket broke, or is gone. What came in before can still be read. */
  fail(error: Error): void {
    if (!this.#stopWriting(error) || this.#received) return;
    this.#received = true;
    if (this.#drained) this.#reader.error(error);
  }

  /** Ends both directions at once; reads and writes under way are rejected. */
  close(): void | Promise<void> {
    this.#abandon(new ConnectionClosedError("The connection was closed by this side"));
    this.#closing ??= this.#socket.destroy();
    return this.#closing;
  }

  get #drained(): boolean {
    return this.#reader.desiredSize === READ_AHEAD;
  }

  #pull(): void {
    if (this.#failure) {
      if (this.#drained) this.#reader.error(this.#failure);
    } else if (this.#paused) {
      this.#paused = false;
      this.#socket.resume();
    }
  }

  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      // A stream can't be failed while a write is under way, so fail() rejects that write.
      this.#failWrite = reject;
      this.#socket.write(bytes).then(resolve, (error) => reject(this.#failure ?? error));
    });
  }

  #finish(): void {
    if (this.#failure) throw this.#failure;
    this.#socket.finish();
  }

  /** `false` if there was a failure before. */
  #stopWriting(error: Error): boolean {
    if (this.#failure) return false;
    this.#failure = error;
    this.#failWrite?.(error);
    this.#writer.error(error);
    return true;
  }

  /** Fails both streams, dropping what was not read. */
  #abandon(error: Error): void {
    this.#stopWriting(error);
    this.#received = true;
    // Without effect on a stream that has ended or failed, by the streams standard.
    this.#reader.error(error);
  }

  async #startTls(options: TlsOptions): Promise<Duplex> {
    if (this.#failure) throw this.#failure;
    if (this.readable.locked || this.writable.locked) {
      throw new TlsError("TLS can't be started while a reader or writer holds the streams");
    }
    const early = !this.#drained;
    this.#abandon(new ConnectionClosedError("TLS was started; use the streams that it gave"));
    try {
      // They may have been slipped in by somebody on the way, to be taken for protected ones.
      if (early) throw new TlsError("The server sent bytes between STARTTLS and the TLS handshake");
      return await this.#socket.startTls!(options);
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}
