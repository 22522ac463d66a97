/**
 * A duplex over a connection of Deno's own.
 *
 * @module
 */

import { ConnectionClosedError, TlsError } from "../../src/model/errors.ts";
import type { Duplex, TlsOptions } from "../../src/model/transport.ts";
import { brokenFailure, type Target, tlsFailure } from "../shared/failures.ts";
import { DirectDuplex } from "../shared/direct_duplex.ts";
import { identity } from "../shared/identity.ts";

/**
 * The size of a read, in bytes. With a larger one, V8 collects garbage less often, which takes
 * three times the memory and is hardly faster.
 */
const READ_SIZE = 16 * 1024;

/** The size of a read while little comes, as on most connections most of the time. */
const IDLE_SIZE = 1024;

/** The part of `Deno.Conn` that is used here. */
export interface DenoConn {
  /** Reads into the buffer; returns the number of bytes, `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Says that nothing more will be sent. */
  closeWrite(): Promise<void>;
  /** Closes it at once; reads and writes in progress are rejected. */
  close(): void;
}

/** The part of `Deno.TcpConn` that is used here. */
export interface DenoTcpConn extends DenoConn {
  /** Sends small writes at once. */
  setNoDelay(on: boolean): void;
  /** Has the system check now and then whether the peer is there. */
  setKeepAlive(on: boolean): void;
}

/** How Deno starts TLS on a connection. */
export interface DenoTls {
  /** Takes the connection over; the handshake comes later. */
  startTls(conn: DenoConn, options: {
    readonly hostname: string;
    readonly caCerts: string[];
    readonly unsafelyDisableHostnameVerification?: boolean;
  }): Promise<DenoConn & { handshake(): Promise<unknown> }>;
}

/** Whether the options ask for something that Deno's own TLS can't do. */
function needsNode(options: TlsOptions): boolean {
  return options.dangerouslyDisableVerification === true || options.cert !== undefined ||
    options.minVersion === "TLSv1.3" || options.channelBinding === true;
}

/** Whether the server ended TLS without saying so. IMAP itself shows if something is missing. */
const isEnd = (error: unknown): boolean => error instanceof Error && error.name === "UnexpectedEof";

/** A duplex that reads only when it is read from, and so never ahead. */
export class ConnDuplex extends DirectDuplex {
  /** Whether TLS is on. */
  readonly secure: boolean;
  /** Starts TLS; set only on a plain connection. */
  readonly startTls?: (options: TlsOptions) => Promise<Duplex>;

  /** Once TLS is started, the TLS connection, so that close() ends even a handshake. */
  #conn: DenoConn;
  readonly #target: Target;
  readonly #deno: DenoTls;
  #buffer = new Uint8Array(IDLE_SIZE);
  #reading = false;
  #failure: Error | null = null;
  #closed = false;

  /** Takes the connection over. */
  constructor(conn: DenoConn, target: Target, deno: DenoTls, secure = false) {
    super();
    this.#conn = conn;
    this.#target = target;
    this.#deno = deno;
    this.secure = secure;
    if (!secure) this.startTls = (options) => this.secured(options);
  }

  /** Ends both directions at once; reads and writes under way are rejected. */
  close(): void {
    this.#fail(new ConnectionClosedError("The connection was closed by this side"));
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#conn.close();
    } catch {
      // It was closed already.
    }
  }

  /** Starts TLS. The streams must be unlocked, with no read in progress. */
  async secured(options: TlsOptions): Promise<Duplex> {
    if (this.#failure) throw this.#failure;
    if (this.#reading || this.locked) {
      throw new TlsError("TLS can't be started while a reader or writer holds the streams");
    }
    const { name } = identity(this.#target, options);
    this.#fail(new ConnectionClosedError("TLS was started; use the streams that it gave"));
    try {
      return needsNode(options) ? await this.#nodeTls(options) : await this.#denoTls(name, options);
    } catch (error) {
      this.close();
      throw tlsFailure(error, this.#target);
    }
  }

  async #denoTls(hostname: string, options: TlsOptions): Promise<Duplex> {
    const conn = await this.#deno.startTls(this.#conn, {
      hostname,
      caCerts: [options.ca ?? []].flat(),
      unsafelyDisableHostnameVerification: options.checkHostname === false,
    });
    this.#conn = conn;
    if (this.#closed) conn.close();
    await conn.handshake();
    return new ConnDuplex(conn, this.#target, this.#deno, true);
  }

  async #nodeTls(options: TlsOptions): Promise<Duplex> {
    const { nodeTlsOver } = await import("./node_tls.ts");
    return await nodeTlsOver(this.#conn, this.#target, options);
  }

  /** Reads the next bytes, into the memory of `into` if given; `null` at the end. */
  async read(into?: Uint8Array): Promise<Uint8Array | null> {
    this.#reading = true;
    try {
      const count = await this.#conn.read(into ?? this.#buffer);
      if (this.#failure) throw this.#failure;
      if (count === null) return null;
      return into === undefined ? this.#take(count) : into.subarray(0, count);
    } catch (error) {
      if (isEnd(error) && !this.#failure) return null;
      this.#fail(brokenFailure(error, this.#target));
      throw this.#failure;
    } finally {
      this.#reading = false;
    }
  }

  /** Gives away a buffer that is at least half full and replaces it; else a copy is cheaper. */
  #take(count: number): Uint8Array {
    const buffer = this.#buffer;
    const isFull = count === buffer.length;
    const size = isFull ? READ_SIZE : count < IDLE_SIZE ? IDLE_SIZE : buffer.length;
    const isFilled = count >= buffer.length / 2;
    if (isFilled || size !== buffer.length) this.#buffer = new Uint8Array(size);
    return isFilled ? buffer.subarray(0, count) : buffer.slice(0, count);
  }

  /** Sends bytes. No other write may be in progress. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#attempt(this.#conn.write(bytes.subarray(sent)));
    }
  }

  /** Says that nothing more will be sent. */
  protected finish(): Promise<void> {
    return this.#attempt(this.#conn.closeWrite());
  }

  async #attempt<Result>(step: Promise<Result>): Promise<Result> {
    try {
      return await step;
    } catch (error) {
      // Reading does not fail here: the server's last words may still be there to read.
      throw this.#failure ?? brokenFailure(error, this.#target);
    }
  }

  /** Fails those streams that have not ended. Only the first failure counts. */
  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.failStreams(error);
  }
}
