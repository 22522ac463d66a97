/**
 * Turns the errors of any runtime into the library's own.
 *
 * @module
 */

import {
  CertificateError,
  ConnectError,
  ConnectionClosedError,
  ImapError,
  TlsError,
} from "../../src/model/errors.ts";
import { placeName, readHost } from "../../src/model/host.ts";

/** Where a connection goes: for the messages. */
export interface Target {
  /** The host connected to. */
  readonly host: string;
  /** The port connected to. */
  readonly port: number;
}

type Hint = readonly [symptom: RegExp, hint: (target: Target) => string];

const where = ({ host, port }: Target): string => placeName(host, port);

const CONNECT: readonly Hint[] = [
  [
    /ECONNREFUSED|ConnectionRefused/,
    (target) =>
      `Nothing listens on ${where(target)} (connection refused); check the host and the port ` +
      `(usually 993 with TLS, 143 without or with STARTTLS)`,
  ],
  [
    /ENOTFOUND|EAI_|failed to lookup address/,
    ({ host }) => `The host name "${host}" can't be resolved; check its spelling and the network`,
  ],
  [
    /NotCapable|PermissionDenied|EPERM|EACCES|ERR_ACCESS_DENIED/,
    (target) =>
      `This program may not connect to ${where(target)}; allow it network access ` +
      `(in Deno: --allow-net=${placeName(readHost(target.host).address, target.port)})`,
  ],
  [
    /ETIMEDOUT|TimedOut/,
    (target) => `${where(target)} did not answer; check the host, the port and any firewall`,
  ],
  [
    /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|HostUnreachable|NetworkUnreachable/,
    (target) => `${where(target)} can't be reached from here; check the network`,
  ],
];

const CERTIFICATE: readonly Hint[] = [
  [
    /CERT_HAS_EXPIRED|certificate expired/,
    (target) => `The certificate of ${where(target)} has expired; its operator must renew it`,
  ],
  [
    /CERT_NOT_YET_VALID|not valid yet/,
    (target) => `The certificate of ${where(target)} is not valid yet; check this machine's clock`,
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID|certificate not valid for name/,
    (target) =>
      `The certificate of ${where(target)} is for another name (as subjectAltName: a ` +
      `common name does not count); if that is the right server, set tls.serverName to a name in ` +
      `the certificate`,
  ],
  [
    /CaUsedAsEndEntity/,
    (target) =>
      `The certificate of ${
        where(target)
      } belongs to a CA (CA:TRUE), which this runtime does not ` +
      `accept from a server; make one with CA:FALSE, or pass the transport of nodeTransport()`,
  ],
  [
    /DEPTH_ZERO_SELF_SIGNED_CERT/,
    (target) =>
      `The certificate of ${where(target)} is self-signed and so not trusted; if it is the right ` +
      `one, pass it as tls.ca`,
  ],
  [
    /UNABLE_TO_(VERIFY|GET)|SELF_SIGNED_CERT_IN_CHAIN|CERT_UNTRUSTED|UnknownIssuer/,
    (target) =>
      `The certificate of ${where(target)} is not trusted: it is self-signed, or signed by an ` +
      `unknown authority; pass the authority's certificate (or a self-signed one) as tls.ca`,
  ],
  [
    // Not "bad certificate" and the like: those alerts are about the client's certificate.
    /\bCERT_|INVALID_(CA|PURPOSE)\b|CRL|invalid peer certificate/,
    (target) => `The certificate of ${where(target)} is not valid`,
  ],
];

const TLS: readonly Hint[] = [
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|corrupt message/,
    notTls,
  ],
  [
    /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|ProtocolVersion|incompatible/,
    (target) => `${where(target)} offers no version of TLS that is accepted (tls.minVersion)`,
  ],
  [
    /CERTIFICATE_(REQUIRED|UNKNOWN|EXPIRED|REVOKED)|CertificateRequired|(BAD|UNKNOWN)_CERT/i,
    (target) =>
      `${where(target)} did not accept the client's certificate, or wants one (tls.cert, tls.key)`,
  ],
  [
    /ECONNRESET|ConnectionReset|EPIPE|BrokenPipe|UnexpectedEof|handshake eof/i,
    (target) => `${where(target)} hung up during the TLS handshake`,
  ],
];

function notTls(target: Target): string {
  return `${
    where(target)
  } does not speak TLS here, but plain text; use the port for TLS (usually ` +
    `993), or STARTTLS (starttls: true)`;
}

/** Name, code and message of an error, and those of each address that was tried. */
function symptoms(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  const parts = Array.isArray(errors) ? errors.map(symptoms) : [];
  return [error.name, code, error.message, ...parts].filter(Boolean).join(" ");
}

function explain(hints: readonly Hint[], error: unknown, target: Target): string | undefined {
  const found = symptoms(error);
  return hints.find(([symptom]) => symptom.test(found))?.[1](target);
}

/** No connection could be made. */
export function connectFailure(error: unknown, target: Target): ConnectError {
  const message = explain(CONNECT, error, target) ??
    `Can't connect to ${where(target)}: ${symptoms(error)}`;
  return new ConnectError(message, { cause: error });
}

/** The TLS handshake failed, or the check of the certificate. */
export function tlsFailure(error: unknown, target: Target): ImapError {
  if (error instanceof ImapError) return error;
  const certificate = explain(CERTIFICATE, error, target);
  if (certificate) return new CertificateError(certificate, { cause: error });
  const message = explain(TLS, error, target) ??
    `TLS with ${where(target)} failed: ${symptoms(error)}`;
  return new TlsError(message, { cause: error });
}

/** The server sent something before the TLS handshake. */
export function plainTextFailure(target: Target): TlsError {
  return new TlsError(notTls(target));
}

/** The connection broke while in use. */
export function brokenFailure(error: unknown, target: Target): ImapError {
  // A TLS 1.3 server refuses a client's certificate only after the handshake.
  if (/ERR_SSL|EPROTO|fatal alert/.test(symptoms(error))) return tlsFailure(error, target);
  return new ConnectionClosedError(`The connection to ${where(target)} broke`, { cause: error });
}
