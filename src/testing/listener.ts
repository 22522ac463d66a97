import type { AddressInfo, Server, Socket } from "node:net";
import { ConnectError, InvalidArgumentError } from "../model/errors.ts";
import type { Duplex } from "../model/transport.ts";
import { netDuplex } from "./net_duplex.ts";

/** The only address: these servers are for tests on this machine. */
const HOST = "127.0.0.1";

/** Options for listening on a port. */
export interface ListenOptions {
  /** The port. Default: 0, a free port. */
  readonly port?: number;
  /**
   * The certificate for TLS and its key, as PEM. TLS starts with the first byte, unless `starttls`.
   */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** TLS starts when the client asks for it; before that, nobody can log in. Default: `false`. */
  readonly starttls?: boolean;
}

/** A server that listens on a port. */
export interface Listener {
  /** The address that it listens on. */
  readonly host: string;
  /** The port that it listens on. */
  readonly port: number;
  /** Stops listening and cuts the connections made here. */
  close(): Promise<void>;
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts TLS on a connection. */
export type StartTls = () => Promise<Duplex>;

/**
 * Listens. `serve` gets each connection and, if the client is to start TLS, the function that
 * starts it.
 */
export async function listen(
  options: ListenOptions,
  serve: (duplex: Duplex, startTls?: StartTls) => void,
): Promise<Listener> {
  const { createServer } = await import("node:net");
  const secured = await securing(options);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    // The "close" event follows and reports it.
    socket.on("error", () => {});
    if (secured === null) serve(netDuplex(socket, false, true));
    else if (options.starttls !== true) serve(secured(socket));
    else serve(netDuplex(socket, false, false), () => Promise.resolve(secured(socket)));
  });
  await started(server, options.port ?? 0);
  const close = () => stopped(server, sockets);
  const { port } = server.address() as AddressInfo;
  return { host: HOST, port, close, [Symbol.asyncDispose]: close };
}

/** Wraps a socket in TLS; `null` if there is no certificate. */
async function securing(
  { tls, starttls }: ListenOptions,
): Promise<((socket: Socket) => Duplex) | null> {
  if (tls === undefined) {
    if (starttls) throw new InvalidArgumentError("STARTTLS needs a certificate: tls");
    return null;
  }
  const { TLSSocket } = await import("node:tls");
  await checkCertificate(tls);
  return (socket) => {
    socket.removeAllListeners("data");
    const { cert, key } = tls;
    const secure = new TLSSocket(socket, { isServer: true, cert, key });
    secure.on("error", () => socket.destroy());
    socket.on("close", () => secure.destroy());
    return netDuplex(secure, true, true);
  };
}

/** Rejects a bad certificate or key at once, rather than when the first client connects. */
async function checkCertificate(
  tls: { readonly cert: string; readonly key: string },
): Promise<void> {
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  try {
    if (new X509Certificate(tls.cert).checkPrivateKey(createPrivateKey(tls.key))) return;
  } catch (cause) {
    throw new InvalidArgumentError(`no certificate or no key: ${cause}`, { cause });
  }
  throw new InvalidArgumentError("the key is not that of the certificate");
}

function started(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on("error", (cause) => {
      reject(new ConnectError(`can't listen on ${HOST}:${port}: ${cause.message}`, { cause }));
    });
    server.listen(port, HOST, resolve);
  });
}

function stopped(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    // The only possible error is that it was closed before.
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
