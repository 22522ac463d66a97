import { Connection } from "../connection/connection.ts";
import type { Quirks } from "../connection/quirks.ts";
import { ConnectError, ConnectionClosedError, ImapError, TimeoutError } from "../model/errors.ts";
import { placeName } from "../model/host.ts";
import type { IdFields } from "../commands/session/id.ts";
import { type Logger, namedLogger } from "../util/log.ts";
import type { StatusResponse, UntaggedResponse } from "../model/responses.ts";
import { type CharsetDecoder, MailText } from "../mime/mail_text.ts";
import type { Modes } from "../commands/session/enable.ts";
import { lazyImport } from "../util/lazy_import.ts";
import type { Compress, Duplex, TlsOptions, Transport } from "../model/transport.ts";
import { Decoding, DEFAULT_DECODING } from "../wire/decoding.ts";
import { DEFAULT_LIMITS, type Limits } from "../wire/limits.ts";

/** How long the client waits, in seconds; fractions are allowed. */
export interface SocketTimeout {
  /** For the connection to be made, TLS included. */
  readonly connect: number;
  /** For the server to say something while it owes an answer. */
  readonly read: number;
}

/** Where to connect to, and how. */
export interface ConnectOptions {
  /** The server's name, which may be Unicode, or its address; brackets around IPv6 are optional. */
  readonly host?: string;
  /** The TCP port. Default 993, or 143 if `ssl` is `false` or `starttls` is on. */
  readonly port?: number;
  /**
   * TLS from the first byte. Default `true`. With `false`, everything is sent as plain text, the
   * password included, unless `starttls` is on.
   */
  readonly ssl?: boolean;
  /** Starts TLS by STARTTLS before anything else; fails if the server can't. */
  readonly starttls?: boolean;
  /** How the certificate is checked, and what the client presents. */
  readonly tls?: TlsOptions;
  /**
   * A command that speaks IMAP on its standard input and output, such as
   * `["ssh", "mail.example.org", "/usr/lib/dovecot/imap"]`. A `string` is a command line for the
   * shell. Can't be combined with `host`, `port`, `ssl` and `starttls`.
   */
  readonly stream?: string | readonly string[];
  /** Your own way to get a connection, instead of the runtime's sockets. */
  readonly transport?: Transport;
  /**
   * Seconds: one limit for everything, or one each for connecting and for answers. Default 30 for
   * connecting and for the greeting, and 60 of silence while an answer is due. `null` is no limit.
   */
  readonly timeout?: number | SocketTimeout | null;
  /** Whether message ids are UIDs. Default `true`; can be changed later. */
  readonly useUid?: boolean;
  /**
   * How the client identifies itself after each login, if the server has ID (RFC 2971): some
   * servers otherwise refuse to select a folder. Default: the library's name and version. `false`
   * sends nothing.
   */
  readonly id?: IdFields | false;
  /**
   * Which extensions to enable after the login, before it returns (ENABLE, RFC 5161). `"best"`, the
   * default, stands for IMAP4rev2 and UTF8=ACCEPT, which make folder names and searches plain
   * UTF-8. A list names others, such as `["UIDONLY"]`; `[]` enables nothing. What the server does
   * not offer, or refuses, stays off: `client.enabled` tells what is on.
   */
  readonly enable?: Modes;
  /**
   * Whether to compress what is sent and received after a login (COMPRESS=DEFLATE, RFC 4978), if
   * the server can and the runtime has `node:zlib`: `client.compressed` tells. Default `false`: it
   * pays on slow and on metered lines, and costs time on fast ones.
   */
  readonly compress?: boolean;
  /**
   * What the client should know about the server, in place of what its own table says
   * (`client.server` shows it): `{ ids: 1000 }` for one that refuses longer commands. Each entry
   * replaces the table's; `false` is a server without quirks.
   */
  readonly quirks?: Partial<Quirks> | false;
  /**
   * The charset of message text that is not UTF-8 and does not name its charset, such as raw 8-bit
   * text in a header. Default `windows-1252`.
   */
  readonly defaultCharset?: string;
  /**
   * Decodes text in a charset that the runtime does not know, such as `ibm850`. It gets the name in
   * lower case and the bytes, and returns the text, or `null` if it does not know the charset
   * either. Without it, such an encoded word is left as it is.
   */
  readonly decodeCharset?: CharsetDecoder;
  /** How much is accepted from the server. */
  readonly limits?: Partial<Limits>;
  /** Where to log what happens, such as `console`. Secrets are left out. */
  readonly logger?: Logger;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** A connection that was greeted. */
export interface Opened {
  /** The connection. */
  readonly connection: Connection;
  /** The server's greeting. */
  readonly greeting: StatusResponse;
  /** The TCP port; `null` for a command or a caller's transport. */
  readonly port: number | null;
  /** The limits in force. */
  readonly limits: Limits;
}

const CONNECT_SECONDS = 30;
const GREETING_SECONDS = 30;
const READ_SECONDS = 60;

/**
 * Makes the connection and waits for the greeting; `onResponse` gets what no command claims. The
 * options have been checked.
 */
export async function open(
  options: ConnectOptions,
  onResponse: (response: UntaggedResponse) => void,
): Promise<Opened> {
  const limits = limitsOf(options);
  const port = portOf(options);
  const log = namedLogger(options.logger, "imapclient");
  if (port === 143 && usesTls(options)) {
    log?.warn(
      "Attempting to establish an encrypted connection to a port (143) often used for unencrypted connections",
    );
  }
  const transport = options.transport ?? await runtimeTransport(options, port);
  const { connect, greeting: patience, read } = timeouts(options.timeout);
  const place = placeOf(options, port);
  const late = (): TimeoutError => tooLate(options, place, connect, port);
  const duplex = await connectWithin(transport, connect, place, late, options.signal);
  const connection = new Connection(duplex, {
    limits,
    decoding: decodingOf(options),
    patience: read,
    quirks: options.quirks,
    onResponse,
    logger: namedLogger(options.logger, "protocol"),
  });
  const greeted = connection.greeting(patience).catch((error) => {
    throw duplex.secure ? error : expectingTls(error);
  });
  const greeting = await closingOnAbort(connection, options.signal, greeted);
  // Of what is within this machine it can't be told, and need not.
  const how = options.host === undefined ? "" : ` over ${duplex.secure ? "TLS" : "plain text"}`;
  log?.debug(`Connected to ${place}${how}`);
  return { connection, greeting, port, limits };
}

/** A server that waits for TLS says nothing to a client that waits for its greeting. */
function expectingTls(error: ImapError): ImapError {
  const message = `${error.message}; if the port expects TLS from the first byte (as 993 does), ` +
    `connect without 'ssl: false' and 'starttls'`;
  if (error instanceof TimeoutError) return new TimeoutError(message, { cause: error });
  const isSilent = error instanceof ConnectionClosedError && error.text === null;
  return isSilent ? new ConnectionClosedError(message, { cause: error }) : error;
}

function tooLate(
  options: ConnectOptions,
  place: string,
  seconds: number,
  port: number | null,
): TimeoutError {
  // Where TLS is to begin, a server of plain text may wait, too.
  const hint = port !== null && port !== 993 && usesTls(options)
    ? "; if the port expects plain text (as 143 does), use 'starttls: true'"
    : "";
  return new TimeoutError(`no connection to ${place} within ${seconds} seconds${hint}`);
}

/** Runs a step of connecting; an abort, or a failure, closes the connection. */
export async function closingOnAbort<T>(
  connection: Connection,
  signal: AbortSignal | undefined,
  step: Promise<T>,
): Promise<T> {
  let aborted = false;
  const onAbort = () => {
    aborted = true;
    connection.close();
  };
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort);
  try {
    return await step;
  } catch (error) {
    connection.close();
    throw aborted ? signal!.reason : error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function usesTls(options: ConnectOptions): boolean {
  return options.ssl !== false && !options.starttls;
}

/** A limit that is `undefined` counts as left out. */
function limitsOf({ limits = {} }: ConnectOptions): Limits {
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(given) };
}

/** What was decoded goes from one connection to another only where both decode alike. */
function decodingOf({ decodeCharset, defaultCharset }: ConnectOptions): Decoding {
  if (decodeCharset === undefined && defaultCharset === undefined) return DEFAULT_DECODING;
  return new Decoding(new MailText({ decodeCharset, defaultCharset }));
}

function portOf(options: ConnectOptions): number | null {
  if (options.stream !== undefined || options.transport !== undefined) return options.port ?? null;
  return options.port ?? (usesTls(options) ? 993 : 143);
}

function placeOf({ host, stream }: ConnectOptions, port: number | null): string {
  // The program alone: its arguments may hold a secret.
  if (stream !== undefined) return `the command ${[stream].flat()[0].trim().split(/\s/)[0]}`;
  if (host === undefined) return "the server";
  return port === null ? host : placeName(host, port);
}

function timeouts(
  timeout: ConnectOptions["timeout"],
): { connect: number; greeting: number; read: number } {
  if (timeout === null) return { connect: 0, greeting: 0, read: 0 };
  if (timeout === undefined) {
    return { connect: CONNECT_SECONDS, greeting: GREETING_SECONDS, read: READ_SECONDS };
  }
  const { connect, read } = typeof timeout === "number"
    ? { connect: timeout, read: timeout }
    : timeout;
  return { connect, greeting: read, read };
}

/** The one door from here to the runtimes' adapters. */
const transports = lazyImport(() => import("../../transports/mod.ts"));

/** Loads what compresses a connection. Throws `ImapError` where the runtime has nothing for it. */
export async function loadCompression(): Promise<Compress> {
  return await (await transports()).loadCompression();
}

async function runtimeTransport(options: ConnectOptions, port: number | null): Promise<Transport> {
  const { processTransport, tcpTransport } = await transports();
  if (options.stream !== undefined) return processTransport(options.stream);
  const tls = usesTls(options) ? options.tls ?? {} : undefined;
  return tcpTransport({ host: options.host!, port: port!, tls });
}

/** Opens the transport; one that comes too late is closed again. */
async function connectWithin(
  transport: Transport,
  seconds: number,
  place: string,
  late: () => TimeoutError,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  let giveUp: (reason: unknown) => void = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = (reason) => {
      controller.abort(reason);
      reject(reason);
    };
  });
  const onAbort = () => giveUp(signal!.reason);
  const timer = seconds > 0 ? setTimeout(() => giveUp(late()), seconds * 1000) : undefined;
  signal?.addEventListener("abort", onAbort);
  // Async, so that a transport that throws at once rejects too.
  const opening = (async () => await transport(controller.signal))();
  try {
    return await Promise.race([opening, givenUp]);
  } catch (error) {
    opening.then((duplex) => duplex.close()).catch(() => {});
    throw controller.signal.aborted ? controller.signal.reason : asConnectError(error, place);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** A transport of the caller's own may throw anything. */
function asConnectError(error: unknown, place: string): unknown {
  if (error instanceof ImapError) return error;
  const what = error instanceof Error ? error.message : String(error);
  return new ConnectError(`no connection to ${place}: ${what}`, { cause: error });
}
