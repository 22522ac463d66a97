import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import type { Direction, Fault } from "./faulty_pipe.ts";

const HOST = "127.0.0.1";

/** A port where one thing goes wrong with each connection, at one byte. */
export interface FaultyProxy {
  readonly port: number;
  /** How many connections are open. */
  readonly open: number;
  /** Closes the port and all connections. */
  close(): Promise<void>;
}

/** Listens on a free port and forwards everything to another port, up to the fault. */
export async function faultyProxy(to: number, fault: Fault | null): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: HOST, port: to, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // The "close" event follows and reports it.
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      socket.setNoDelay(true);
    }
    passOn("to the server", client, upstream, fault, () => reset(client, upstream));
    passOn("to the client", upstream, client, fault, () => reset(client, upstream));
    client.on("close", () => upstream.destroy());
  });
  server.listen(0, HOST);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get open(): number {
      return sockets.size;
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Forwards one direction; nothing passes after its fault. */
function passOn(
  direction: Direction,
  from: Socket,
  to: Socket,
  fault: Fault | null,
  reset: () => void,
): void {
  let left = fault?.direction === direction ? fault.offset : Infinity;
  const happen = () => {
    if (fault!.kind === "cut") to.end();
    if (fault!.kind === "reset") reset();
  };
  from.on("data", (bytes: Uint8Array) => {
    if (left <= 0) return;
    if (bytes.length < left) to.write(bytes);
    else to.write(bytes.subarray(0, left), happen);
    left -= bytes.length;
  });
  from.on("end", () => {
    if (left > 0) to.end();
  });
  if (left === 0) happen();
}

function reset(client: Socket, upstream: Socket): void {
  client.resetAndDestroy();
  upstream.destroy();
}
