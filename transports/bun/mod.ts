/**
 * The transport for Bun, over Bun's own sockets.
 *
 * @module
 */

import { ConnectError } from "../../src/model/errors.ts";
import type { TcpOptions, Transport } from "../../src/model/transport.ts";
import { abortable } from "../shared/abortable.ts";
import { type BunHandlers, type BunSocket, BunTcp } from "./socket.ts";
import { connectFailure } from "../shared/failures.ts";
import { addressOf } from "../shared/identity.ts";

export type {
  ChannelBindingType,
  Duplex,
  TcpOptions,
  TlsOptions,
  Transport,
} from "../../src/model/transport.ts";

/** The part of the global `Bun` that is used here. */
interface BunNet {
  connect(options: {
    readonly hostname: string;
    readonly port: number;
    readonly socket: BunHandlers;
  }): Promise<BunSocket>;
}

/** How long a connection may be idle before the system asks whether the peer is there, in ms. */
const KEEP_ALIVE_AFTER = 60_000;

/**
 * Connects by TCP, with TLS from the first byte if `options.tls` is set. The duplex of a plain
 * connection has `startTls`.
 *
 * The transport throws `ConnectError` if it can't connect, `CertificateError` or `TlsError` if TLS
 * fails, and the signal's reason if that aborts. Bun can't cancel an attempt to connect: if the
 * host never answers, it goes on in the background until the system gives up (about two minutes),
 * and keeps the process from ending until then.
 *
 * @example
 * ```ts
 * import { bunTransport } from "@imapclient/imapclient/bun";
 *
 * const connect = bunTransport({ host: "imap.example.org", port: 993, tls: {} });
 * const duplex = await connect(AbortSignal.timeout(10_000));
 * await duplex.close();
 * ```
 */
export function bunTransport(options: TcpOptions): Transport {
  return async (signal) => {
    signal.throwIfAborted();
    const { Bun } = globalThis as unknown as { readonly Bun?: BunNet };
    if (!Bun) throw new ConnectError("bunTransport() works in Bun only; use nodeTransport()");
    const tcp = await open(Bun, options, signal);
    if (!options.tls) return tcp.duplex;
    return await abortable(signal, () => tcp.destroy(), tcp.secured(options.tls));
  };
}

async function open(bun: BunNet, options: TcpOptions, signal: AbortSignal): Promise<BunTcp> {
  const hostname = addressOf(options);
  const tcp = new BunTcp(options);
  const connected = bun.connect({ hostname, port: options.port, socket: tcp.handlers }).then(
    (socket) => {
      tcp.attach(socket);
      return socket;
    },
    (error) => {
      throw connectFailure(error, options);
    },
  );
  const abandon = (): void => void connected.then(() => tcp.destroy(), () => {});
  const socket = await abortable(signal, abandon, connected);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_AFTER);
  return tcp;
}
