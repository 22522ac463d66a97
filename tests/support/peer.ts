import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A server on a port of its own on 127.0.0.1. */
export interface Peer {
  readonly port: number;
  /** How many connections are open. */
  open(): number;
  close(): Promise<void>;
}

/** Listens, with TLS if it has options for it, and calls `serve` for each connection. */
export async function listen(
  serve: (socket: Socket) => void,
  tls?: TlsOptions,
  host = "127.0.0.1",
): Promise<Peer> {
  const sockets = new Set<Socket>();
  const server: Server = tls ? createTlsServer(tls, serve) : createServer(serve);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("secureConnection", (socket: Socket) => socket.on("error", () => {}));
  server.on("tlsClientError", () => {});
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return {
    port: address.port,
    open: () => sockets.size,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Runs `use` with a server, and closes the server afterwards. */
export async function withPeer(
  serve: (socket: Socket) => void,
  tls: TlsOptions | undefined,
  use: (peer: Peer) => Promise<void>,
  host?: string,
): Promise<void> {
  const peer = await listen(serve, tls, host);
  try {
    await use(peer);
  } finally {
    await peer.close();
  }
}

/** Sends everything back. */
export function echo(socket: Socket): void {
  socket.pipe(socket);
}

/**
 * Answers the first line with `OK`. Afterwards it passes everything between the client and a TLS
 * server, as if that server had started TLS on this connection.
 */
export function startTlsTo(port: number): (socket: Socket) => void {
  return (socket) => {
    socket.once("data", () => {
      const inner = connect(port, "127.0.0.1");
      for (const [one, other] of [[socket, inner], [inner, socket]] as const) {
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
      }
      inner.once("connect", () => {
        socket.pipe(inner).pipe(socket);
        socket.write("OK\r\n");
      });
    });
  };
}
