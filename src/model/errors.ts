/**
 * The errors that the library throws. All are {@linkcode ImapError}s; those that leave the
 * connection unusable are {@linkcode ImapAbortError}s too.
 *
 * @module
 */

import type { NumberSet } from "./number_set.ts";
import type { ResponseCode } from "./responses.ts";

/** What is known of the failure besides its message. */
export interface ImapErrorDetails {
  /** The command that failed, with secrets removed. */
  readonly command?: string;
  /** The server's response code, such as `{ name: "TRYCREATE" }`. */
  readonly responseCode?: ResponseCode | null;
  /** The server's human-readable text. */
  readonly text?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** What the call would have given, as far as it came; `null` where nothing did. */
  readonly partial?: unknown;
}

/** The base of every error of this library; by itself, a command that the server refused. */
export class ImapError extends Error {
  /** The class's name. */
  override readonly name: string = "ImapError";
  /** The command that failed, with secrets removed; `null` where no command was under way. */
  readonly command: string | null;
  /** The name of the server's response code, such as `TRYCREATE` (RFC 5530); `null` without one. */
  readonly code: string | null;
  /** The whole response code, with its arguments. */
  readonly responseCode: ResponseCode | null;
  /** The server's human-readable text; `null` where the error is not the server's answer. */
  readonly text: string | null;
  readonly #partial: unknown;

  /** An error with its message and what is known besides. */
  constructor(message: string, details: ImapErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.command = details.command ?? null;
    this.responseCode = details.responseCode ?? null;
    this.code = this.responseCode?.name ?? null;
    this.text = details.text ?? null;
    this.#partial = details.partial ?? null;
  }

  /**
   * What the call would have given, as far as it came before the failure, in the same shape: of
   * `fetch` a `Map` of messages, of `getFlags` and `addFlags` one of flags, of `search`, `sort` and
   * `listFolders` a list, of `expunge` `{ text, responses }`. `null` where nothing came. It is not
   * shown where the error is printed.
   *
   * ```ts
   * import { type ImapClient, ImapError } from "@imapclient/imapclient";
   *
   * async function sizes(client: ImapClient) {
   *   const fetched = client.fetch("1:*", ["RFC822.SIZE"]);
   *   return await fetched.catch((error) => {
   *     if (!(error instanceof ImapError) || error.partial === null) throw error;
   *     console.warn(error.message);
   *     return error.partial as Awaited<typeof fetched>;
   *   });
   * }
   * ```
   */
  get partial(): unknown {
    return this.#partial;
  }
}

/** The same failure of a call that had a part of its result by then. */
export function withPartial(error: ImapError, partial: unknown): ImapError {
  const Kind = error.constructor as new (
    message: string,
    details: ImapErrorDetails,
  ) => ImapError;
  const { message, command, responseCode, text } = error;
  return new Kind(message, {
    command: command ?? undefined,
    responseCode,
    text: text ?? undefined,
    cause: error,
    partial,
  });
}

/**
 * The connection can't be used any more; drop the client, with no logout. Whether the server carried
 * out what was under way is not known: its answer is lost. Any other error of a call says that it
 * did not, apart from {@linkcode PartialMoveError}, {@linkcode PartialCopyError} and
 * {@linkcode MessageLimitError}, which say how far it came, and a {@linkcode ProtocolError}, which says that the answer can't be read.
 */
export class ImapAbortError extends ImapError {
  /** The class's name. */
  override readonly name: string = "ImapAbortError";
}

/** Something was to be changed in a folder that is read-only. */
export class ReadOnlyError extends ImapError {
  /** The class's name. */
  override readonly name: string = "ReadOnlyError";
}

/** The server does not offer the extension that the call needs; nothing was sent. */
export class CapabilityError extends ImapError {
  /** The class's name. */
  override readonly name: string = "CapabilityError";
}

/** The call does not fit the session's state: not logged in, or no folder selected. */
export class IllegalStateError extends ImapError {
  /** The class's name. */
  override readonly name: string = "IllegalStateError";
}

/** The search criteria are not valid, or the server did not accept them. */
export class InvalidCriteriaError extends ImapError {
  /** The class's name. */
  override readonly name: string = "InvalidCriteriaError";
}

/** The server is there but did not accept the credentials. */
export class LoginError extends ImapError {
  /** The class's name. */
  override readonly name: string = "LoginError";
}

/** A copy of very many messages stopped half-way: some were copied, and the others were not. */
export class PartialCopyError extends ImapError {
  /** The class's name. */
  override readonly name: string = "PartialCopyError";
  /** The UIDs of what is in the other folder now, by those here; empty where not known. */
  readonly uids: ReadonlyMap<number, number>;

  /** An error that says how far the copy came. */
  constructor(message: string, details: ImapErrorDetails, uids: ReadonlyMap<number, number>) {
    super(message, details);
    this.uids = uids;
  }
}

/** A move stopped half-way: messages were copied, but not all of them removed. Nothing is lost. */
export class PartialMoveError extends ImapError {
  /** The class's name. */
  override readonly name: string = "PartialMoveError";
  /** The UIDs of what is in the other folder now, by those here; empty where not known. */
  readonly uids: ReadonlyMap<number, number>;
  /**
   * The UIDs of messages that are gone from here, as far as the server told them, which it does
   * after `enable("QRESYNC")` or `enable("UIDONLY")` (`VANISHED`, RFC 7162); `null` where it named
   * none.
   */
  readonly removed: NumberSet | null;

  /** An error that says how far the move came. */
  constructor(
    message: string,
    details: ImapErrorDetails,
    uids: ReadonlyMap<number, number>,
    removed: NumberSet | null = null,
  ) {
    super(message, details);
    this.uids = uids;
    this.removed = removed;
  }
}

/** An argument can't be sent, or makes no sense; nothing was sent. */
export class InvalidArgumentError extends ImapError {
  /** The class's name. */
  override readonly name: string = "InvalidArgumentError";
}

/**
 * The server did a part of what it was asked for, as these were more messages than it looks at in
 * one command (MESSAGELIMIT, RFC 9738), and the rest could not be asked for: `partial` has what came.
 *
 * ```ts
 * import { type ImapClient, MessageLimitError } from "@imapclient/imapclient";
 *
 * async function newestFirst(client: ImapClient): Promise<readonly number[]> {
 *   return await client.sort("REVERSE DATE").catch((error) => {
 *     if (!(error instanceof MessageLimitError)) throw error;
 *     return error.partial as number[]; // of the messages from UID error.lowest on
 *   });
 * }
 * ```
 */
export class MessageLimitError extends ImapError {
  /** The class's name. */
  override readonly name: string = "MessageLimitError";

  /** How many messages the server looks at; `null` where it did not say. */
  get limit(): number | null {
    return this.responseCode?.number ?? null;
  }

  /**
   * The lowest UID that was looked at: the server works from the highest down. `null` where it did
   * not say.
   */
  get lowest(): number | null {
    return this.responseCode?.uid ?? null;
  }
}

/** The server broke the protocol, or went over a limit. */
export class ProtocolError extends ImapError {
  /** The class's name. */
  override readonly name: string = "ProtocolError";
}

/** No connection could be made: no such host, nobody listening, no permission. */
export class ConnectError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "ConnectError";
}

/** The other side did not answer within the time allowed; the connection was closed. */
export class TimeoutError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "TimeoutError";
}

/** The encrypted connection could not be set up, for another reason than the certificate. */
export class TlsError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "TlsError";
}

/** The server's certificate is not trusted, not valid now, or not made out to this host. */
export class CertificateError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "CertificateError";
}

/** The connection ended: the server said BYE, hung up, or this side closed it. */
export class ConnectionClosedError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "ConnectionClosedError";
}

/** A value that is none of what it should be, for a message. No code of the value's own is run. */
export function named(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" || typeof value === "function" ? typeof value : String(value);
}
