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

/** Checks the options of TLS, and reads the name that the certificate must be made out to. */
export function identity(target: Target, options: TlsOptions): Host {
  checkTlsOptions(options);
  return options.serverName === undefined
    ? readHost(target.host)
    : readHost(options.serverName, "tls.serverName");
}

/** Checks what can be checked before there is a connection, and gives the address to connect to. */
export function addressOf(options: TcpOptions): string {
  if (options.tls !== undefined) identity(options, options.tls);
  return readHost(options.host).address;
}

/** What is wrong with the names in a certificate, which `subjectAltName` lists as Node shows it. */
export type NameCheck = (subjectAltName: string | undefined) => Error | undefined;

/**
 * The check of a certificate's names on Node and Bun. By itself their own takes the common name
 * where there are no others, which counts for nothing any more (RFC 9525), nor does it in Deno.
 */
export async function nameCheck(name: string): Promise<NameCheck> {
  const { checkServerIdentity } = await import("node:tls");
  type Certificate = Parameters<typeof checkServerIdentity>[1];
  // Without the subject, in which the common name is.
  return (subjectaltname) => checkServerIdentity(name, { subjectaltname } as Certificate);
}
