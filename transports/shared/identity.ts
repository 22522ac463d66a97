/**
 * Who the server must prove to be.
 *
 * @module
 */

import { type Host, readHost } from "../../src/model/host.ts";
import { checkTlsOptions } from "../../src/model/tls_options.ts";
import type { TcpOptions, TlsOptions } from "../../src/model/transport.ts";
import type { Target } from "./failures.ts";

export type { Host } from "../../src/model/host.ts";

/** Checks the options of TLS, and returns the name that the certificate must be for. */
export function identity(target: Target, options: TlsOptions): Host {
  checkTlsOptions(options);
  return options.serverName === undefined
    ? readHost(target.host)
    : readHost(options.serverName, "tls.serverName");
}

/** Checks the options before connecting, and returns the address to connect to. */
export function addressOf(options: TcpOptions): string {
  if (options.tls !== undefined) identity(options, options.tls);
  return readHost(options.host).address;
}

/** Tells what is wrong with a certificate's names, given its `subjectAltName` as Node shows it. */
export type NameCheck = (subjectAltName: string | undefined) => Error | undefined;

/**
 * The check of a certificate's names on Node and Bun. Their own check accepts the common name if
 * there is no other name; but common names no longer count (RFC 9525), and Deno ignores them.
 */
export async function nameCheck(name: string): Promise<NameCheck> {
  const { checkServerIdentity } = await import("node:tls");
  type Certificate = Parameters<typeof checkServerIdentity>[1];
  // Without the subject, which holds the common name.
  return (subjectaltname) => checkServerIdentity(name, { subjectaltname } as Certificate);
}
