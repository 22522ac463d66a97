/**
 * The transport for the present runtime. An adapter is imported when it is used, so the bundle of a
 * program that imports one adapter itself holds no other.
 *
 * @module
 */

import { ConnectError } from "../src/model/errors.ts";
import { lazyImport } from "../src/util/lazy_import.ts";
import type { Compress, TcpOptions, Transport } from "../src/model/transport.ts";

export type {
  ChannelBindingType,
  Duplex,
  TcpOptions,
  TlsOptions,
  Transport,
} from "../src/model/transport.ts";

/** How the runtimes are told apart. */
interface Runtime {
  readonly Deno?: { readonly connect?: unknown };
  readonly Bun?: { readonly connect?: unknown };
  readonly process?: { readonly versions?: { readonly node?: string } };
}

/**
 * Connects by TCP with the present runtime's own sockets: those of Deno, Bun or Node.
 *
 * The transport throws `ConnectError` if it can't connect or the runtime is none of these,
 * `CertificateError` or `TlsError` if TLS fails, and the signal's reason if that aborts.
 *
 * @example
 * ```ts
 * import { tcpTransport } from "./mod.ts";
 *
 * const connect = tcpTransport({ host: "imap.example.org", port: 993, tls: {} });
 * const duplex = await connect(AbortSignal.timeout(10_000));
 * await duplex.close();
 * ```
 */
export function tcpTransport(options: TcpOptions): Transport {
  return async (signal) => {
    const transport = await adapter(options);
    return await transport(signal);
  };
}

const deno = lazyImport(() => import("./deno/mod.ts"));
const bun = lazyImport(() => import("./bun/mod.ts"));
const node = lazyImport(() => import("./node/mod.ts"));

async function adapter(options: TcpOptions): Promise<Transport> {
  const { Deno, Bun, process } = globalThis as unknown as Runtime;
  if (Deno?.connect) return (await deno()).denoTransport(options);
  if (Bun?.connect) return (await bun()).bunTransport(options);
  if (process?.versions?.node) return (await node()).nodeTransport(options);
  throw new ConnectError(
    "This runtime has no TCP sockets that the library knows; pass a `transport`",
  );
}

/**
 * Starts a command that speaks IMAP on its standard input and output: a string is a command line
 * for the shell, an array is a program and its arguments. For the errors, see `processTransport` of
 * `@imapclient/imapclient/process`.
 *
 * @example
 * ```ts
 * import { processTransport } from "./mod.ts";
 *
 * const start = processTransport(["ssh", "mail.example.org", "/usr/lib/dovecot/imap"]);
 * ```
 */
export function processTransport(command: string | readonly string[]): Transport {
  return async (signal) => {
    const adapter = await import("./process/mod.ts");
    return await adapter.processTransport(command)(signal);
  };
}

const deflated = lazyImport(() => import("./shared/deflated_duplex.ts"));

/**
 * Loads what compresses a connection (COMPRESS, RFC 4978). Throws `ImapError` where there is no
 * `node:zlib`.
 */
export async function loadCompression(): Promise<Compress> {
  return await (await deflated()).loadCompression();
}
