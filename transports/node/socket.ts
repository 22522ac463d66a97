/**
 * Duplexes over the sockets of `node:net` and `node:tls`: what the Node adapter is made of, and
 * what another falls back on where its runtime's own TLS falls short.
 *
 * @module
 */

import type { Socket as NetSocket } from "node:net";
import type { Duplex as NodeDuplex, Readable, Writable } from "node:stream";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { ConnectionClosedError } from "../../src/model/errors.ts";
import type { Duplex, TlsOptions } from "../../src/model/transport.ts";
import { brokenFailure, type Target, tlsFailure } from "../shared/failures.ts";
import { identity, nameCheck } from "../shared/identity.ts";
import { type Socket, SocketDuplex } from "../shared/socket_duplex.ts";
import { trusted } from "../shared/trusted.ts";

/** A Buffer as what the streams promise: Buffer's own `slice()` would not copy. */
export const bytesOf = (chunk: Uint8Array): Uint8Array =>
  new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);

/** What is alike for everything that Node calls a stream. */
export function nodeSocket(input: Readable, output: Writable): Omit<Socket, "destroy"> {
  return {
    // Not write()'s return value and `drain`: by the callback the memory is free again, too.
    write: (bytes) =>
      new Promise((resolve) => {
        output.write(bytes, (error) => {
          // After an error there is an event, which fails the duplex and so this write.
          if (!error) resolve();
        });
      }),
    finish: () => void output.end(),
    pause: () => void input.pause(),
    resume: () => void input.resume(),
  };
}

/** Makes a duplex of a connected socket; it can start TLS unless it is `secure` already. */
export function duplexOver(socket: NetSocket, target: Target, secure: boolean): Duplex {
  const duplex = new SocketDuplex({
    ...nodeSocket(socket, socket),
    destroy: () => void socket.destroy(),
    ...(secure ? {} : { prepareTls: (options) => prepareTls(options) }),
  }, secure);
  const onData = (chunk: Uint8Array): void => duplex.push(bytesOf(chunk));
  const prepareTls = async (options: TlsOptions): Promise<() => Promise<Duplex>> => {
    const start = await prepared(socket, target, options);
    return async () => {
      socket.off("data", onData);
      return duplexOver(await start(), target, true);
    };
  };
  socket.on("data", onData);
  socket.on("end", () => duplex.end());
  socket.on("error", (error) => duplex.fail(brokenFailure(error, target)));
  socket.on("close", () => duplex.fail(new ConnectionClosedError("The connection is closed")));
  return duplex;
}

/** Does the TLS handshake over a connected socket, which is closed if that fails. */
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
 * Makes all ready for a handshake. What this gives begins it within the call, so that no byte gets
 * lost between whoever read from the socket before and TLS.
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
    // Left out, in Deno it would be the host connected to.
    servername: sni ?? "",
    ...(options.ca === undefined ? {} : { ca: await trusted(options.ca) }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    checkServerIdentity: (_name, { subjectaltname }) => check(subjectaltname),
    rejectUnauthorized: options.dangerouslyDisableVerification !== true,
    minVersion: options.minVersion ?? "TLSv1.2",
  };
}
