/**
 * TLS through `node:tls` over Deno's own connections, for options that Deno's own TLS lacks.
 *
 * @module
 */

import type { Duplex, TlsOptions } from "../../src/model/transport.ts";
import type { DenoConn } from "./conn.ts";
import type { Target } from "../shared/failures.ts";
import { handshake, securedDuplex } from "../node/socket.ts";

/** The size of a read, in bytes. */
const READ_SIZE = 64 * 1024;

/**
 * Starts TLS over the connection. If it fails, the connection is closed. Deno's `node:tls` reads
 * even while it is paused, and never reports the end if that comes while it holds much. So nothing
 * is read from the connection while the TLS socket is paused.
 */
export async function nodeTlsOver(
  conn: DenoConn,
  target: Target,
  options: TlsOptions,
): Promise<Duplex> {
  const { Duplex } = await import("node:stream");
  let resumed = Promise.resolve();
  let resume = (): void => {};
  const stream = new Duplex({
    read(): void {
      read(conn, resumed).then((bytes) => void stream.push(bytes), (error) => {
        stream.destroy(error);
      });
    },
    write(bytes: Uint8Array, _encoding, done): void {
      writeAll(conn, bytes).then(() => done(), done);
    },
    final(done): void {
      conn.closeWrite().then(() => done(), done);
    },
    destroy(error, done): void {
      try {
        conn.close();
      } catch {
        // It was closed already.
      }
      done(error);
    },
  });
  const secured = await handshake(stream, target, options);
  secured.on("pause", () => {
    resumed = new Promise((resolve) => {
      resume = resolve;
    });
  });
  secured.on("resume", () => resume());
  return securedDuplex(secured, target);
}

async function read(conn: DenoConn, resumed: Promise<void>): Promise<Uint8Array | null> {
  await resumed;
  const buffer = new Uint8Array(READ_SIZE);
  const count = await conn.read(buffer);
  return count === null ? null : buffer.subarray(0, count);
}

async function writeAll(conn: DenoConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}
