/**
 * The transport for Node, over `node:net` and `node:tls`; Deno and Bun have these modules too.
 *
 * @module
 */

import type { Socket as NetSocket } from "node:net";
import type { TcpOptions, Transport } from "../../src/model/transport.ts";
import { abortable } from "../shared/abortable.ts";
import { connectFailure } from "../shared/failures.ts";
import { addressOf } from "../shared/identity.ts";
import { duplexOver, handshake, securedDuplex } from "./socket.ts";

export type {
  ChannelBindingType,
  Duplex,
  TcpOptions,
  TlsOptions,
  Transport,
} from "../../src/model/transport.ts";

/** How long a connection may be idle before the system asks whether the peer is there, in ms. */
const KEEP_ALIVE_AFTER = 60_000;

/**
 * Connects by TCP, with TLS from the first byte if `options.tls` is set. The duplex of a plain
 * connection has `startTls`. It works in Bun and Deno too, but Deno's `node:tls` buffers
 * unread bytes without limit, so use `denoTransport()` there.
 *
 * The transport throws `ConnectError` if it can't connect, `CertificateError` or `TlsError` if TLS
 * fails, and the signal's reason if that aborts.
 *
 * @example
 * ```ts
 * import { nodeTransport } from "@imapclient/imapclient/node";
 *
 * const connect = nodeTransport({ host: "imap.example.org", port: 993, tls: {} });
 * const duplex = await connect(AbortSignal.timeout(10_000));
 * await duplex.close();
 * ```
 */
export function nodeTransport(options: TcpOptions): Transport {
  return async (signal) => {
    signal.throwIfAborted();
    const socket = await open(options, signal);
    if (!options.tls) return duplexOver(socket, options);
    const securing = handshake(socket, options, options.tls);
    return securedDuplex(await abortable(signal, () => socket.destroy(), securing), options);
  };
}

async function open(target: TcpOptions, signal: AbortSignal): Promise<NetSocket> {
  const host = addressOf(target);
  const net = await import("node:net");
  signal.throwIfAborted();
  const socket = net.connect({ host, port: target.port });
  const connected = new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    // Never removed: without a listener, an error would end the process.
    socket.on("error", (error) => reject(connectFailure(error, target)));
  });
  await abortable(signal, () => socket.destroy(), connected);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_AFTER);
  return socket;
}
