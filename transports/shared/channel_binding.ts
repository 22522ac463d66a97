/**
 * The channel bindings of a TLS connection.
 *
 * @module
 */

import type { ChannelBindingType } from "../../src/model/transport.ts";
import { lazyImport } from "../../src/util/lazy_import.ts";

/** Few need it. */
const hashes = lazyImport(() => import("./certificate_hash.ts"));

/** The label of `tls-exporter` (RFC 9266 section 4.2). */
const LABEL = "EXPORTER-Channel-Binding";

/** How many bytes `tls-exporter` has. */
const EXPORTED = 32;

/** How many bytes of the Finished message are `tls-unique`, for every cipher of TLS 1.2. */
const FINISHED = 12;

/** What a runtime tells about a TLS connection. Each function may throw once it is closed. */
export interface TlsState {
  /** The version in use, such as `TLSv1.3`. */
  version(): string | null;
  /** Exports keying material (RFC 5705). */
  exported(length: number, label: string, context: Uint8Array): Uint8Array | undefined;
  /** The Finished message that this side sent in the latest handshake. */
  finished(): Uint8Array | undefined;
  /** The other side's certificate, in DER. */
  certificate(): Uint8Array | undefined;
}

/** The channel binding of a type; `null` if there is none. It never rejects. */
export async function channelBinding(
  tls: TlsState,
  type: ChannelBindingType,
): Promise<Uint8Array | null> {
  try {
    const bytes = await bindingOf(tls, type);
    // A copy: Buffer's own `slice()` is none.
    return bytes === null ? null : Uint8Array.from(bytes);
  } catch {
    return null; // the connection is closed
  }
}

async function bindingOf(tls: TlsState, type: ChannelBindingType): Promise<Uint8Array | null> {
  if (type === "tls-server-end-point") return await endPoint(tls.certificate());
  const version = tls.version();
  if (type === "tls-exporter" && version === "TLSv1.3") return exporter(tls);
  if (type === "tls-unique" && version === "TLSv1.2") return unique(tls);
  return null;
}

/**
 * `tls-exporter` (RFC 9266). It is left out on TLS 1.2, where it is safe only with the extended
 * master secret (RFC 7627), and no runtime tells whether that is used. The context is empty rather
 * than absent, which gives other bytes on TLS 1.2 and, on some runtimes, no error.
 */
function exporter(tls: TlsState): Uint8Array | null {
  const bytes = tls.exported(EXPORTED, LABEL, new Uint8Array(0));
  return bytes?.length === EXPORTED ? bytes : null;
}

/**
 * `tls-unique` (RFC 5929 section 3): the client's Finished message, as no session is resumed. Deno
 * gives 32 bytes that are not of that message.
 */
function unique(tls: TlsState): Uint8Array | null {
  const bytes = tls.finished();
  return bytes?.length === FINISHED ? bytes : null;
}

/** `tls-server-end-point` (RFC 5929 section 4). */
async function endPoint(certificate: Uint8Array | undefined): Promise<Uint8Array | null> {
  if (certificate === undefined) return null;
  const hash = (await hashes()).certificateHash(certificate);
  if (hash === null) return null;
  return new Uint8Array(await crypto.subtle.digest(hash, Uint8Array.from(certificate)));
}
