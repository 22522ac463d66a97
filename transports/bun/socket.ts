/**
 * Duplexes over Bun's own sockets, plain and with TLS.
 *
 * @module
 */

import { ConnectionClosedError } from "../../src/model/errors.ts";
import type { ChannelBindingType, Duplex, TlsOptions } from "../../src/model/transport.ts";
import { channelBinding } from "../shared/channel_binding.ts";
import { brokenFailure, plainTextFailure, type Target, tlsFailure } from "../shared/failures.ts";
import { identity, type NameCheck, nameCheck } from "../shared/identity.ts";
import { type Socket, SocketDuplex } from "../shared/socket_duplex.ts";
import { trusted } from "../shared/trusted.ts";

/** The part of Bun's `Socket` that is used here. */
export interface BunSocket {
  /** Takes some of the bytes and returns how many; -1 if the socket is closed. */
  write(bytes: Uint8Array): number;
  /** Says that nothing more will be sent. */
  shutdown(): void;
  /** Closes at once. */
  terminate(): void;
  /** Stops the `data` events. */
  pause(): void;
  /** Starts them again. */
  resume(): void;
  /** Sends small writes at once. */
  setNoDelay(on: boolean): void;
  /** Has the system check whether the peer is there after `after` idle milliseconds. */
  setKeepAlive(on: boolean, after: number): void;
  /** The other side's certificate, once TLS is on. */
  getPeerCertificate(): { readonly subjectaltname?: string; readonly raw?: Uint8Array };
  /** The version of TLS in use, such as `TLSv1.3`. */
  getTLSVersion(): string;
  /** The Finished message that this side sent. */
  getTLSFinishedMessage(): Uint8Array | undefined;
  /** Exports keying material (RFC 5705). */
  exportKeyingMaterial(length: number, label: string, context: Uint8Array): Uint8Array;
  /** Starts TLS; returns the socket below and the one with TLS. */
  upgradeTLS(options: {
    readonly tls: Readonly<Record<string, unknown>>;
    readonly socket: BunHandlers;
  }): readonly [BunSocket, BunSocket];
}

/** What Bun calls when something happens on a socket. */
export interface BunHandlers {
  /** The type of what `data` gets. */
  readonly binaryType: "uint8array";
  /** Bytes came in. */
  data(socket: BunSocket, bytes: Uint8Array): void;
  /** There is room to write again. */
  drain(): void;
  /** The other side will send nothing more. */
  end(): void;
  /** The socket is closed, after an error or not. */
  close(socket: BunSocket, error?: Error): void;
  /** Something went wrong. */
  error(socket: BunSocket, error: Error): void;
  /** No connection could be made; the promise of `Bun.connect` rejects too. */
  connectError(): void;
  /** The TLS handshake is over. `error` may be set even if the certificate is accepted. */
  handshake?(socket: BunSocket, ok: boolean, error: Error | null): void;
}

/** The versions of TLS as numbers, as Bun's own sockets take them. */
const VERSIONS = { "TLSv1.2": 0x0303, "TLSv1.3": 0x0304 } as const;

/** A TCP connection, or the TLS connection on top of one. */
export class BunTcp implements Socket {
  /** The functions that Bun calls. */
  readonly handlers: BunHandlers;
  /** The streams. */
  readonly duplex: SocketDuplex;

  readonly #target: Target;
  #socket: BunSocket | null = null;
  #wake: (() => void) | null = null;
  #upgraded = false;

  /** Has no socket yet: Bun takes the handlers before it gives one. */
  constructor(target: Target, secure = false) {
    this.#target = target;
    this.duplex = new SocketDuplex(this, secure);
    this.handlers = {
      binaryType: "uint8array",
      // After the upgrade these handlers still get everything, encrypted.
      data: (_socket, bytes) => this.#upgraded || this.duplex.push(bytes),
      drain: () => this.#wake?.(),
      end: () => this.#upgraded || this.duplex.end(),
      close: (_socket, error) => this.#closed(error),
      error: (_socket, error) => this.#closed(error),
      connectError: () => {},
    };
  }

  /** Takes the socket that goes with the handlers. */
  attach(socket: BunSocket): void {
    this.#socket = socket;
  }

  /** Writes as much as the socket takes, and continues after each `drain` until all is written. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      const count = this.#socket!.write(sent === 0 ? bytes : bytes.subarray(sent));
      if (count < 0) throw new ConnectionClosedError("The connection is closed");
      sent += count;
      if (sent < bytes.length) await this.#drain();
    }
  }

  /** Half-closes. */
  finish(): void {
    this.#socket!.shutdown();
  }

  /** Stops reading. */
  pause(): void {
    this.#socket!.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#socket!.resume();
  }

  /** Closes the socket, even during a handshake. */
  destroy(): void {
    this.#socket!.terminate();
  }

  /** What ties a login to the connection. */
  channelBinding(type: ChannelBindingType): Promise<Uint8Array | null> {
    const socket = this.#socket!;
    return channelBinding({
      version: () => socket.getTLSVersion(),
      exported: (length, label, context) => socket.exportKeyingMaterial(length, label, context),
      finished: () => socket.getTLSFinishedMessage(),
      certificate: () => socket.getPeerCertificate().raw,
    }, type);
  }

  /** Starts TLS from the first byte. If it fails, the connection is closed. */
  async secured(options: TlsOptions): Promise<Duplex> {
    try {
      const start = await this.prepareTls(options);
      if (this.duplex.hasWaiting) throw plainTextFailure(this.#target);
      return await start();
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** Prepares the TLS handshake. */
  async prepareTls(options: TlsOptions): Promise<() => Promise<Duplex>> {
    const tls = await tlsOptions(this.#target, options);
    const { name } = identity(this.#target, options);
    const check = skipsName(options) ? () => undefined : await nameCheck(name);
    return async () => {
      try {
        return await this.#handshake(options, tls, check);
      } catch (error) {
        throw tlsFailure(error, this.#target);
      }
    };
  }

  #handshake(
    options: TlsOptions,
    tls: Readonly<Record<string, unknown>>,
    check: NameCheck,
  ): Promise<Duplex> {
    this.#upgraded = true;
    return new Promise((resolve, reject) => {
      const secured = new BunTcp(this.#target, true);
      const [, socket] = this.#socket!.upgradeTLS({
        tls,
        socket: {
          ...secured.handlers,
          handshake: (socket, ok, error) => {
            if (!accepts(options, tls, ok, error)) {
              return reject(error ?? new Error("The TLS handshake failed"));
            }
            const misnamed = check(socket.getPeerCertificate().subjectaltname);
            if (misnamed) reject(misnamed);
            else resolve(secured.duplex);
          },
          close: (socket, error) => {
            reject(error ?? new Error("ECONNRESET before the handshake was over"));
            secured.handlers.close(socket, error);
          },
        },
      });
      secured.attach(socket);
      this.#socket = socket;
    });
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #closed(error: Error | undefined): void {
    if (error) return this.duplex.fail(brokenFailure(error, this.#target));
    // After a half-close there is no `end` before it.
    this.duplex.end();
    this.duplex.fail(new ConnectionClosedError("The connection is closed"));
  }
}

async function tlsOptions(
  target: Target,
  options: TlsOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { sni } = identity(target, options);
  return {
    // Without it, Bun would use the host connected to, even if that is an address.
    serverName: sni ?? "",
    ca: options.ca === undefined ? undefined : await trusted(options.ca),
    cert: options.cert,
    key: options.key,
    // If true, Bun itself closes the socket, also for a wrong name; else accepts() decides. If no
    // name is sent, Bun looks for the name of the host connected to.
    rejectUnauthorized: !skipsName(options) && sni !== null,
    minVersion: VERSIONS[options.minVersion ?? "TLSv1.2"],
  };
}

const verifies = (options: TlsOptions): boolean => options.dangerouslyDisableVerification !== true;

const skipsName = (options: TlsOptions): boolean =>
  options.checkHostname === false || !verifies(options);

/**
 * Whether everything but the name is right. Bun reports a wrong name only if nothing else is wrong
 * with the certificate.
 */
function accepts(
  options: TlsOptions,
  tls: Readonly<Record<string, unknown>>,
  ok: boolean,
  error: Error | null,
): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (error === null || error === undefined) return ok;
  if (code === "EPROTO") return false;
  if (!verifies(options)) return true;
  return code === "ERR_TLS_CERT_ALTNAME_INVALID" && tls.rejectUnauthorized === false;
}
