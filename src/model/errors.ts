/**
 * The errors that the library throws. All are {@linkcode ImapError}s; those that leave the
 * connection unusable are {@linkcode ImapAbortError}s too.
 *
 * @module
 */

import type { NumberSet } from "./number_set.ts";
import type { ResponseCode } from "./responses.ts";

/** What is known about the failure, apart from its message. */
export interface ImapErrorDetails {
  /** The command that failed, with secrets removed. */
  readonly command?: string;
  /** The server's response code, such as `{ name: "TRYCREATE" }`. */
  readonly responseCode?: ResponseCode | null;
  /** The server's human-readable text. */
  readonly text?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** The part of the call's result that arrived before the failure; `null` if there is none. */
  readonly partial?: unknown;
}

/** The base of every error of this library. An error of just this class: the server said no. */
export class ImapError extends Error {
  /** The class's name. */
  override readonly name: string = "ImapError";
  /** The command that failed, with secrets removed; `null` if it was not in a command. */
  readonly command: string | null;
  /** The name of the server's response code, such as `TRYCREATE` (RFC 5530), or `null`. */
  readonly code: string | null;
  /** The whole response code, with its arguments. */
  readonly responseCode: ResponseCode | null;
  /** The server's human-readable text; `null` if the error is not an answer of the server. */
  readonly text: string | null;
  readonly #partial: unknown;

  /** An error with its message and details. */
  constructor(message: string, details: ImapErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.command = details.command ?? null;
    this.responseCode = details.responseCode ?? null;
    this.code = this.responseCode?.name ?? null;
    this.text = details.text ?? null;
    this.#partial = details.partial ?? null;
  }

  /**
   * The part of the call's result that arrived before the failure, in the same shape: for `fetch` a
   * `Map` of messages, for `getFlags` and `addFlags` a `Map` of flags, for `search`, `sort` and
   * `listFolders` an array, for `expunge` `{ text, responses }`. `null` if nothing arrived. It is
   * not part of the printed error.
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

/** The same error, with the part of the result that had arrived. */
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
 * The connection can't be used any more; drop the client without a logout. Whether the server
 * carried out the pending commands is unknown, since their answers are lost. Any other error means
 * that the server did not, apart from {@linkcode PartialMoveError}, {@linkcode PartialCopyError},
 * {@linkcode PartialAppendError}, {@linkcode PartialReplaceError}, {@linkcode
 * ConditionFailedError} and {@linkcode MessageLimitError}, which say how far it got, and {@linkcode
 * ProtocolError}, which says that its answer can't be read.
 */
export class ImapAbortError extends ImapError {
  /** The class's name. */
  override readonly name: string = "ImapAbortError";
}

/** The call would change a folder that is read-only. */
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

/** The server answered, but did not accept the credentials. */
export class LoginError extends ImapError {
  /** The class's name. */
  override readonly name: string = "LoginError";
}

/**
 * Several messages were to be appended, more than the server takes at once, and it took only the
 * first of them. `partial` is the result for these.
 */
export class PartialAppendError extends ImapError {
  /** The class's name. */
  override readonly name: string = "PartialAppendError";
  /** How many messages were appended: the first ones. */
  readonly appended: number;

  /** An error that says how far the append got. */
  constructor(message: string, details: ImapErrorDetails, appended: number) {
    super(message, details);
    this.appended = appended;
  }
}

/**
 * A copy of very many messages stopped half-way: some messages were copied, the others were not.
 */
export class PartialCopyError extends ImapError {
  /** The class's name. */
  override readonly name: string = "PartialCopyError";
  /** The UIDs of the copies by the UIDs of the originals; empty if they are unknown. */
  readonly uids: ReadonlyMap<number, number>;

  /** An error that says how far the copy got. */
  constructor(message: string, details: ImapErrorDetails, uids: ReadonlyMap<number, number>) {
    super(message, details);
    this.uids = uids;
  }
}

/** A move stopped half-way: messages were copied, but not all originals removed. None is lost. */
export class PartialMoveError extends ImapError {
  /** The class's name. */
  override readonly name: string = "PartialMoveError";
  /** The UIDs of the copies by the UIDs of the originals; empty if they are unknown. */
  readonly uids: ReadonlyMap<number, number>;
  /**
   * The UIDs of the removed originals, as far as the server named them, which it does after
   * `enable("QRESYNC")` or `enable("UIDONLY")` (`VANISHED`, RFC 7162); `null` if it named none.
   */
  readonly removed: NumberSet | null;

  /** An error that says how far the move got. */
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

/**
 * A replacement stopped half-way: the new message was appended, but it is not certain that the old
 * one was removed. `partial` says where the new message is, as `append` does.
 */
export class PartialReplaceError extends ImapError {
  /** The class's name. */
  override readonly name: string = "PartialReplaceError";
  /**
   * What became of the old message: it is there as it was (`"kept"`), is there and flagged
   * `\Deleted` (`"flagged"`), or it is not known how far it was removed (`"unknown"`).
   */
  readonly old: "kept" | "flagged" | "unknown";
  /** The UID of the new message; `null` if the server did not say. */
  readonly uid: number | null;

  /** An error that says how far the replacement got. */
  constructor(message: string, details: ImapErrorDetails, old: PartialReplaceError["old"]) {
    super(message, details);
    this.old = old;
    this.uid = (details.partial as { readonly uid?: number | null } | undefined)?.uid ?? null;
  }
}

/**
 * Messages were not changed, since somebody else had changed them after the mod-sequence given as
 * `unchangedSince` (CONDSTORE, RFC 7162 section 3.1.3). The other messages were changed; `partial`
 * has their flags, as far as the server told them.
 *
 * ```ts
 * import { ConditionFailedError, type ImapClient } from "@imapclient/imapclient";
 *
 * async function claim(client: ImapClient, uid: number, unchangedSince: bigint) {
 *   try {
 *     await client.addFlags(uid, "$Processed", { unchangedSince });
 *     return true;
 *   } catch (error) {
 *     if (error instanceof ConditionFailedError) return false; // somebody else was faster
 *     throw error;
 *   }
 * }
 * ```
 */
export class ConditionFailedError extends ImapError {
  /** The class's name. */
  override readonly name: string = "ConditionFailedError";
  /** The messages that were not changed: UIDs, or sequence numbers with `useUid` off. */
  readonly modified: NumberSet;

  /** An error that names the messages. */
  constructor(message: string, details: ImapErrorDetails, modified: NumberSet) {
    super(message, details);
    this.modified = modified;
  }
}

/** An argument can't be sent, or makes no sense; nothing was sent. */
export class InvalidArgumentError extends ImapError {
  /** The class's name. */
  override readonly name: string = "InvalidArgumentError";
}

/**
 * The server processed only some of the messages, since it limits their number in one command
 * (MESSAGELIMIT, RFC 9738), and the library could not ask for the rest. `partial` has the result
 * for the messages that were processed.
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

  /** How many messages the server processes in one command; `null` if it did not say. */
  get limit(): number | null {
    return this.responseCode?.number ?? null;
  }

  /**
   * The lowest UID that was processed; the server starts with the highest. `null` if it did not
   * say.
   */
  get lowest(): number | null {
    return this.responseCode?.uid ?? null;
  }
}

/** The server broke the protocol or exceeded a limit. */
export class ProtocolError extends ImapError {
  /** The class's name. */
  override readonly name: string = "ProtocolError";
}

/** No connection could be made: no such host, nobody listening, no permission. */
export class ConnectError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "ConnectError";
}

/** The server did not answer in time; the connection was closed. */
export class TimeoutError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "TimeoutError";
}

/** The encrypted connection could not be set up, for a reason other than the certificate. */
export class TlsError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "TlsError";
}

/** The server's certificate is not trusted, not valid at this time, or not for this host. */
export class CertificateError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "CertificateError";
}

/** The connection ended: the server said BYE, hung up, or this side closed it. */
export class ConnectionClosedError extends ImapAbortError {
  /** The class's name. */
  override readonly name: string = "ConnectionClosedError";
}

/** A wrong value, for an error message. Runs no code of the value itself. */
export function named(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" || typeof value === "function" ? typeof value : String(value);
}

/** A wrong pair of positions, for an error message: `[0, 50]`. */
export function namedPair(value: unknown): string {
  return Array.isArray(value) && value.length === 2
    ? `[${value.map(named).join(", ")}]`
    : named(value);
}
