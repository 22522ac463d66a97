/**
 * Connections within the program: for tests, and for servers that run in the same process.
 *
 * @module
 */

import { ConnectionClosedError } from "../../src/model/errors.ts";
import type { Duplex, Transport } from "../../src/model/transport.ts";
import { type Socket, SocketDuplex } from "../shared/socket_duplex.ts";

export type {
  ChannelBindingType,
  Duplex,
  TlsOptions,
  Transport,
} from "../../src/model/transport.ts";

/** One end of a pair: what is written to it is pushed into the other. */
class End implements Socket {
  readonly duplex: SocketDuplex = new SocketDuplex(this, true);
  other!: End;
  /** Set while the other end must wait for this end's reader; resolves when that reads on. */
  #full: Promise<void> | undefined;
  #resume: () => void = () => {};

  async write(bytes: Uint8Array): Promise<void> {
    this.other.duplex.push(bytes);
    await this.other.#full;
  }

  finish(): void {
    this.other.duplex.end();
  }

  pause(): void {
    this.#full = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume();
    this.#full = undefined;
  }

  destroy(): void {
    this.other.duplex.end();
    this.other.duplex.fail(new ConnectionClosedError("The other side closed the connection"));
  }
}

/**
 * Two linked ends: what is written to one is read from the other, with backpressure. Chunks are not
 * copied, so a writer must not change them afterwards. After one end is closed, the other can read
 * what was written before, and its writes fail with `ConnectionClosedError`.
 *
 * @example
 * ```ts
 * import { memoryPair } from "@imapclient/imapclient/memory";
 *
 * const [client, server] = memoryPair();
 * const writer = server.writable.getWriter();
 * await writer.write(new TextEncoder().encode("* OK ready\r\n"));
 * const { value } = await client.readable.getReader().read();
 * ```
 */
export function memoryPair(): readonly [Duplex, Duplex] {
  const [one, two] = [new End(), new End()];
  one.other = two;
  two.other = one;
  return [one.duplex, two.duplex];
}

/**
 * A transport to a server in the same program: `serve` is called with the server's end of each
 * connection. The transport throws the signal's reason if that has aborted.
 *
 * @example
 * ```ts
 * import { memoryTransport } from "@imapclient/imapclient/memory";
 *
 * const connect = memoryTransport((server) => void server.readable.pipeTo(server.writable));
 * const echo = await connect(AbortSignal.timeout(1000));
 * await echo.close();
 * ```
 */
export function memoryTransport(serve: (server: Duplex) => void): Transport {
  // Async, so that whatever goes wrong rejects.
  // deno-lint-ignore require-await
  return async (signal) => {
    signal.throwIfAborted();
    const [client, server] = memoryPair();
    serve(server);
    return client;
  };
}
