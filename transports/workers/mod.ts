/**
 * The transport for Cloudflare Workers, over their `connect()`.
 *
 * @module
 */

import { TlsError } from "../../src/model/errors.ts";
import type { Duplex, TcpOptions, TlsOptions, Transport } from "../../src/model/transport.ts";
import { abortable } from "../shared/abortable.ts";
import { connectFailure, type Target, tlsFailure } from "../shared/failures.ts";
import { addressOf, identity } from "../shared/identity.ts";

export type {
  ChannelBindingType,
  Duplex,
  TcpOptions,
  TlsOptions,
  Transport,
} from "../../src/model/transport.ts";

/** The part of a `cloudflare:sockets` socket that is used here. */
export interface WorkersSocket {
  /** The bytes from the server. */
  readonly readable: ReadableStream<Uint8Array>;
  /** The bytes to the server. */
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves when the connection is made; rejects if it can't be. */
  readonly opened: Promise<unknown>;
  /** Closes both directions. */
  close(): Promise<void>;
  /** Returns an encrypted socket that replaces this one. */
  startTls(options?: { readonly expectedServerHostname?: string }): WorkersSocket;
}

/** The `connect` of `cloudflare:sockets`. */
export type WorkersConnect = (
  address: { readonly hostname: string; readonly port: number },
  options: {
    readonly secureTransport: "on" | "off" | "starttls";
    readonly allowHalfOpen: boolean;
  },
) => WorkersSocket;

/**
 * Connects by TCP from a Cloudflare Worker, with TLS from the first byte if `options.tls` is set.
 * The duplex of a plain connection has `startTls`. Workers support only the TLS option
 * `serverName`: the others throw `TlsError`, and which certificates are trusted is set in the
 * Worker's configuration.
 *
 * The transport throws `ConnectError` if it can't connect, and the signal's reason if that aborts.
 * A bad certificate makes the first read fail.
 *
 * @example
 * ```ts
 * import { type WorkersConnect, workersTransport } from "@imapclient/imapclient/workers";
 *
 * declare const connect: WorkersConnect; // import { connect } from "cloudflare:sockets";
 * const transport = workersTransport(connect, { host: "imap.example.org", port: 993, tls: {} });
 * ```
 */
export function workersTransport(connect: WorkersConnect, options: TcpOptions): Transport {
  return async (signal) => {
    signal.throwIfAborted();
    const { port, tls } = options;
    const hostname = addressOf(options);
    if (tls) refuse(tls);
    // "on" checks the host's own name; for another name, TLS must be started separately.
    const byHand = tls?.serverName !== undefined;
    const secureTransport = tls && !byHand ? "on" : "starttls";
    const socket = connect({ hostname, port }, { secureTransport, allowHalfOpen: false });
    const opened = socket.opened.catch((error) => {
      throw connectFailure(error, options);
    });
    await abortable(signal, () => void closed(socket), opened);
    const duplex = duplexOver(socket, options, secureTransport === "on");
    return tls && byHand ? duplex.startTls!(tls) : duplex;
  };
}

function duplexOver(socket: WorkersSocket, target: Target, secure: boolean): Duplex {
  const { readable, writable } = socket;
  const close = (): Promise<void> => closed(socket);
  if (secure) return { readable, writable, secure, close };
  // deno-lint-ignore require-await -- so that it rejects instead of throwing
  const startTls = async (options: TlsOptions): Promise<Duplex> => {
    refuse(options);
    try {
      const { name: expectedServerHostname } = identity(target, options);
      return duplexOver(socket.startTls({ expectedServerHostname }), target, true);
    } catch (error) {
      throw tlsFailure(error, target);
    }
  };
  return { readable, writable, secure, close, startTls };
}

function refuse(options: TlsOptions): void {
  const wanted = options.ca ?? options.cert ?? options.key ??
    (options.checkHostname === false || options.dangerouslyDisableVerification ||
      options.minVersion === "TLSv1.3" || options.channelBinding || undefined);
  if (wanted === undefined) return;
  throw new TlsError("Workers can't do this: of the TLS options, they support only serverName");
}

async function closed(socket: WorkersSocket): Promise<void> {
  try {
    await socket.close();
  } catch {
    // It was closed already.
  }
}
