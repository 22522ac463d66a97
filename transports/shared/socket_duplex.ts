/**
 * A duplex over a socket that pushes its bytes and can be paused.
 *
 * @module
 */

import { ConnectionClosedError, TlsError } from "../../src/model/errors.ts";
import type { ChannelBindingType, Duplex, TlsOptions } from "../../src/model/transport.ts";
import { DirectDuplex } from "./direct_duplex.ts";

/** How many unread bytes are held before the socket is paused. */
const READ_AHEAD = 256 * 1024;

/** What {@linkcode SocketDuplex} needs of a runtime's socket. */
export interface Socket {
  /**
   * Sends all of the bytes; resolves when their memory is no longer needed. Instead of rejecting,
   * it may leave a failure to {@linkcode SocketDuplex.fail}, which rejects the write in progress.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Says that nothing more will be sent; receiving goes on. */
  finish(): void;
  /** Stops pushing; bytes on their way may still come. */
  pause(): void;
  /** Starts pushing again. */
  resume(): void;
  /** Ends both directions at once; a promise resolves when all is closed. */
  destroy(): void | Promise<void>;
  /**
   * Prepares TLS, and returns the function that starts it. Until that is called, the socket's owner
   * reports what is received as before; after that, TLS gets it.
   */
  prepareTls?(options: TlsOptions): Promise<() => Promise<Duplex>>;
  /** What ties a login to the connection; see {@linkcode Duplex.channelBinding}. */
  channelBinding?(type: ChannelBindingType): Promise<Uint8Array | null>;
}

/** A read in progress. */
interface Reading {
  resolve(bytes: Uint8Array | null): void;
  reject(error: Error): void;
}

/** A {@linkcode Duplex} whose owner reports what happens on the socket. */
export class SocketDuplex extends DirectDuplex {
  /** Whether the bytes are encrypted on their way, or never leave the machine. */
  readonly secure: boolean;
  /** Starts TLS; set only if the socket can and has not started it yet. */
  readonly startTls?: (options: TlsOptions) => Promise<Duplex>;
  /** What ties a login to the connection; set only on one with TLS. */
  readonly channelBinding?: (type: ChannelBindingType) => Promise<Uint8Array | null>;

  readonly #socket: Socket;
  /** Chunks that were received and not read. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #reading: Reading | null = null;
  #paused = false;
  /** Whether nothing more will come. */
  #received = false;
  /** Why reading ends, if it fails. */
  #broken: Error | null = null;
  /** Why nothing more can be sent. */
  #failure: Error | null = null;
  #failWrite: ((error: Error) => void) | null = null;
  #closing: void | Promise<void> = undefined;
  /** Whether bytes came that nobody will read. */
  #hasLost = false;

  /** Takes over the socket. From now on its owner calls the methods below. */
  constructor(socket: Socket, secure: boolean) {
    super();
    this.#socket = socket;
    this.secure = secure;
    if (socket.prepareTls && !secure) this.startTls = (options) => this.#startTls(options);
    if (socket.channelBinding && secure) {
      this.channelBinding = (type) => socket.channelBinding!(type);
    }
  }

  /** Whether bytes wait to be read. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Reads the next bytes; `null` at the end. */
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

  /** Sends bytes; resolves when their memory is free again. No other write may be in progress. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      this.#socket.write(bytes).then(resolve, (error) => reject(this.#failure ?? error));
    });
  }

  /** Bytes came. Their memory belongs to the reader now. */
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

  /** The socket broke or is closed. What came before can still be read. */
  fail(error: Error): void {
    if (!this.#stopWriting(error) || this.#received) return;
    this.#stopReading(error);
  }

  /** Ends both directions at once; reads and writes in progress are rejected. */
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

  /** Fails writing; `false` if it had failed before. */
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

  /** Settles the read in progress, if there is one. */
  #settle(how: (reading: Reading) => void): void {
    const reading = this.#reading;
    this.#reading = null;
    if (reading !== null) how(reading);
  }

  /** Fails both directions; unread bytes are dropped. */
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
      // An attacker may have sent them, to have them taken for encrypted ones.
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
