/**
 * Duplexes over the sockets of `node:net` and `node:tls`: for the Node adapter, and for others
 * whose runtime's own TLS lacks something.
 *
 * @module
 */

import type { Socket as NetSocket } from "node:net";
import type { Duplex as NodeDuplex, Readable, Writable } from "node:stream";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { ConnectionClosedError } from "../../src/model/errors.ts";
import type { Duplex, TlsOptions } from "../../src/model/transport.ts";
import { channelBinding, type TlsState } from "../shared/channel_binding.ts";
import { brokenFailure, type Target, tlsFailure } from "../shared/failures.ts";
import { identity, nameCheck } from "../shared/identity.ts";
import { type Socket, SocketDuplex } from "../shared/socket_duplex.ts";
import { trusted } from "../shared/trusted.ts";

/** A Buffer as a plain Uint8Array: Buffer's own `slice()` does not copy. */
export const bytesOf = (chunk: Uint8Array): Uint8Array =>
  new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);

/** The methods of a socket that are the same for all of Node's streams. */
export function nodeSocket(input: Readable, output: Writable): Omit<Socket, "destroy"> {
  return {
    // The callback, unlike `drain`, also tells that the memory is free again.
    write: (bytes) =>
      new Promise((resolve) => {
        output.write(bytes, (error) => {
          // An error event follows, which fails the duplex and so this write.
          if (!error) resolve();
        });
      }),
    finish: () => void output.end(),
    pause: () => void input.pause(),
    resume: () => void input.resume(),
  };
}

/** Makes a duplex of a connected socket, which can start TLS. */
export function duplexOver(socket: NetSocket, target: Target): Duplex {
  const prepareTls = async (options: TlsOptions): Promise<() => Promise<Duplex>> => {
    const start = await prepared(socket, target, options);
    return async () => {
      socket.off("data", onData);
      return securedDuplex(await start(), target);
    };
  };
  const { duplex, onData } = joined(socket, target, { prepareTls });
  return duplex;
}

/** Makes a duplex of a socket with TLS, after the handshake. */
export function securedDuplex(socket: TLSSocket, target: Target): Duplex {
  return joined(socket, target, {
    channelBinding: (type) => channelBinding(stateOf(socket), type),
  }).duplex;
}

/** Joins a duplex to a socket's events; returns what listens to its data too. */
function joined(
  socket: NetSocket,
  target: Target,
  more: Pick<Socket, "prepareTls" | "channelBinding">,
): { readonly duplex: SocketDuplex; readonly onData: (chunk: Uint8Array) => void } {
  const duplex = new SocketDuplex({
    ...nodeSocket(socket, socket),
    destroy: () => void socket.destroy(),
    ...more,
  }, more.prepareTls === undefined);
  const onData = (chunk: Uint8Array): void => duplex.push(bytesOf(chunk));
  socket.on("data", onData);
  socket.on("end", () => duplex.end());
  socket.on("error", (error) => duplex.fail(brokenFailure(error, target)));
  socket.on("close", () => duplex.fail(new ConnectionClosedError("The connection is closed")));
  return { duplex, onData };
}

/** Deno's sockets have no `exportKeyingMaterial`, so that this throws: there is no such binding. */
function stateOf(socket: TLSSocket): TlsState {
  return {
    version: () => socket.getProtocol(),
    exported: (length, label, context) =>
      socket.exportKeyingMaterial(length, label, context as Buffer),
    finished: () => socket.getFinished(),
    certificate: () => socket.getPeerCertificate().raw,
  };
}

/** Does the TLS handshake over a connected socket. If it fails, the socket is closed. */
export async function handshake(
  socket: NodeDuplex,
  target: Target,
  options: TlsOptions,
): Promise<TLSSocket> {
  try {
    const start = await prepared(socket, target, options);
    return await start();
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * Prepares a handshake, and returns the function that starts it. That function starts it before it
 * returns, so no byte is lost between the previous reader of the socket and TLS.
 */
async function prepared(
  socket: NodeDuplex,
  target: Target,
  options: TlsOptions,
): Promise<() => Promise<TLSSocket>> {
  const tls = await import("node:tls");
  const tlsOptions = await tlsOptionsOf(target, options);
  return async () => {
    try {
      return await secured(socket, tls.connect({ ...tlsOptions, socket }));
    } catch (error) {
      throw tlsFailure(error, target);
    }
  };
}

/** Resolves when the handshake is done. */
function secured(below: NodeDuplex, socket: TLSSocket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const hungUp = (): void => reject(new Error("ECONNRESET before the handshake was over"));
    if (below.destroyed) hungUp();
    below.on("close", hungUp);
    socket.on("error", reject);
    socket.on("close", hungUp);
    socket.once("secureConnect", () => resolve(socket));
  });
}

async function tlsOptionsOf(target: Target, options: TlsOptions): Promise<ConnectionOptions> {
  const { name, sni } = identity(target, options);
  const check = options.checkHostname === false ? () => undefined : await nameCheck(name);
  return {
    host: name,
    // Without it, Deno would use the host connected to.
    servername: sni ?? "",
    ...(options.ca === undefined ? {} : { ca: await trusted(options.ca) }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    checkServerIdentity: (_name, { subjectaltname }) => check(subjectaltname),
    rejectUnauthorized: options.dangerouslyDisableVerification !== true,
    minVersion: options.minVersion ?? "TLSv1.2",
  };
}
