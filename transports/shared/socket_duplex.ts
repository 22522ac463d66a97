/**
 * A duplex over a socket that pushes what it receives and can be told to pause.
 *
 * @module
 */

import { ConnectionClosedError, TlsError } from "../../src/model/errors.ts";
import type { Duplex, TlsOptions } from "../../src/model/transport.ts";
import { DirectDuplex } from "./direct_duplex.ts";

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
  /**
   * Makes all ready for TLS, and gives how to start it. Till that is called, the socket's owner
   * reports what is received as before; from then on TLS gets it.
   */
  prepareTls?(options: TlsOptions): Promise<() => Promise<Duplex>>;
}

/** A read under way. */
interface Reading {
  resolve(bytes: Uint8Array | null): void;
  reject(error: Error): void;
}

/** A {@linkcode Duplex} whose owner reports what happens on the socket as it happens. */
export class SocketDuplex extends DirectDuplex {
  /** Whether the bytes travel encrypted, or never leave the machine. */
  readonly secure: boolean;
  /** Starts TLS; there only if the socket can, and has not done so. */
  readonly startTls?: (options: TlsOptions) => Promise<Duplex>;

  readonly #socket: Socket;
  /** What was received and not read. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #reading: Reading | null = null;
  #paused = false;
  /** Nothing more will come. */
  #received = false;
  /** What reading ends with, if not well. */
  #broken: Error | null = null;
  /** Why nothing can be sent any more. */
  #failure: Error | null = null;
  #failWrite: ((error: Error) => void) | null = null;
  #closing: void | Promise<void> = undefined;
  /** Bytes came in that nobody will read. */
  #hasLost = false;

  /** Takes the socket over; from now on its owner calls the methods below. */
  constructor(socket: Socket, secure: boolean) {
    super();
    this.#socket = socket;
    this.secure = secure;
    if (socket.prepareTls && !secure) this.startTls = (options) => this.#startTls(options);
  }

  /** Whether something was received that nobody has read. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** The next bytes, or `null` at the end. */
  read(): Promise<Uint8Array | null> {
    const bytes = this.#waiting.shift();
    if (bytes !== undefined) {
      this.#waitingBytes -= bytes.length;
      if (this.#paused && this.#waitingBytes < READ_AHEAD) this.#resume();
      return Promise.resolve(bytes);
    }
    if (this.#broken) return Promise.reject(this.#broken);
    if (this.#received) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#reading = { resolve, reject };
    });
  }

  /** Sends bytes, with no other write under way; resolves when their memory is free again. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      this.#socket.write(bytes).then(resolve, (error) => reject(this.#failure ?? error));
    });
  }

  /** Bytes came in. Their memory now belongs to the reader. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#received) {
      this.#hasLost = true;
      return;
    }
    if (this.#reading !== null) return this.#settle((reading) => reading.resolve(bytes));
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes < READ_AHEAD || this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  /** The other side will send nothing more. */
  end(): void {
    this.#received = true;
    this.#settle((reading) => reading.resolve(null));
  }

  /** The socket broke, or is gone. What came in before can still be read. */
  fail(error: Error): void {
    if (!this.#stopWriting(error) || this.#received) return;
    this.#stopReading(error);
  }

  /** Ends both directions at once; reads and writes under way are rejected. */
  close(): void | Promise<void> {
    this.#abandon(new ConnectionClosedError("The connection was closed by this side"));
    this.#closing ??= this.#socket.destroy();
    return this.#closing;
  }

  #resume(): void {
    this.#paused = false;
    if (!this.#failure) this.#socket.resume();
  }

  /** Says that nothing more will be sent. */
  protected finish(): void {
    if (this.#failure) throw this.#failure;
    this.#socket.finish();
  }

  /** `false` if there was a failure before. */
  #stopWriting(error: Error): boolean {
    if (this.#failure) return false;
    this.#failure = error;
    this.#failWrite?.(error);
    this.failWritable(error);
    return true;
  }

  #stopReading(error: Error): void {
    this.#received = true;
    this.#broken ??= error;
    this.#settle((reading) => reading.reject(error));
  }

  /** Settles the read under way, if there is one. */
  #settle(how: (reading: Reading) => void): void {
    const reading = this.#reading;
    this.#reading = null;
    if (reading !== null) how(reading);
  }

  /** Fails both directions, dropping what was not read. */
  #abandon(error: Error): void {
    this.#stopWriting(error);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#stopReading(error);
    this.failStreams(error);
  }

  async #startTls(options: TlsOptions): Promise<Duplex> {
    if (this.#failure) throw this.#failure;
    if (this.locked || this.#reading !== null) {
      throw new TlsError("TLS can't be started while a reader or writer holds the streams");
    }
    this.#hasLost = this.hasWaiting || this.unread;
    this.#abandon(new ConnectionClosedError("TLS was started; use the streams that it gave"));
    try {
      const start = await this.#socket.prepareTls!(options);
      // They may have been slipped in by somebody on the way, to be taken for protected ones.
      if (this.#hasLost) {
        throw new TlsError("The server sent plain text between STARTTLS and the TLS handshake");
      }
      return await start();
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}
