/**
 * The transport for Deno, over Deno's own connections.
 *
 * @module
 */

import { ConnectError } from "../../src/model/errors.ts";
import type { TcpOptions, Transport } from "../../src/model/transport.ts";
import { abortable } from "../shared/abortable.ts";
import { ConnDuplex, type DenoTcpConn, type DenoTls } from "./conn.ts";
import { connectFailure } from "../shared/failures.ts";
import { addressOf } from "../shared/identity.ts";

export type {
  ChannelBindingType,
  Duplex,
  TcpOptions,
  TlsOptions,
  Transport,
} from "../../src/model/transport.ts";

/** The part of the global `Deno` that is used here. */
interface DenoNet extends DenoTls {
  connect(options: {
    readonly hostname: string;
    readonly port: number;
    readonly signal: AbortSignal;
  }): Promise<DenoTcpConn>;
}

/**
 * Connects by TCP, with TLS from the first byte if `options.tls` is set. The duplex of a plain
 * connection has `startTls`. Needs `--allow-net` for the host.
 *
 * Deno's own TLS can't use client certificates here, skip the verification, refuse TLS 1.2 or yield
 * a channel binding. If one of these is asked for, TLS goes through Deno's `node:tls`. Deno closes
 * TLS connections in the background: one that is aborted during the handshake stays open until the
 * server closes it.
 *
 * The transport throws `ConnectError` if it can't connect, `CertificateError` or `TlsError` if TLS
 * fails, and the signal's reason if that aborts.
 *
 * @example
 * ```ts
 * import { denoTransport } from "@imapclient/imapclient/deno";
 *
 * const connect = denoTransport({ host: "imap.example.org", port: 993, tls: {} });
 * const duplex = await connect(AbortSignal.timeout(10_000));
 * await duplex.close();
 * ```
 */
export function denoTransport(options: TcpOptions): Transport {
  return async (signal) => {
    signal.throwIfAborted();
    const { Deno } = globalThis as unknown as { readonly Deno?: DenoNet };
    if (!Deno) throw new ConnectError("denoTransport() works in Deno only; use nodeTransport()");
    const plain = new ConnDuplex(await open(Deno, options, signal), options, Deno);
    if (!options.tls) return plain;
    return await abortable(signal, () => plain.close(), plain.secured(options.tls));
  };
}

async function open(deno: DenoNet, options: TcpOptions, signal: AbortSignal): Promise<DenoTcpConn> {
  const hostname = addressOf(options);
  try {
    const conn = await deno.connect({ hostname, port: options.port, signal });
    conn.setNoDelay(true);
    conn.setKeepAlive(true);
    return conn;
  } catch (error) {
    signal.throwIfAborted();
    throw connectFailure(error, options);
  }
}
