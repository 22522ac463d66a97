/**
 * What a server says, as the parser hands it to commands and listeners.
 *
 * @module
 */

import type { ImapValue, LiteralSink } from "./values.ts";
import type { Annotations } from "./annotations.ts";
import type { BodyStructure } from "./body_structure.ts";
import type { ZonedDate } from "./dates.ts";
import type { Envelope } from "./envelope.ts";
import type { ImapUrl } from "./imap_url.ts";
import type { NumberSet } from "./number_set.ts";

import type { ProtocolError } from "./errors.ts";

/** A response code: the part of a status response in brackets (RFC 9051 section 7.1). */
export interface ResponseCode {
  /** The code's name in upper case, such as `TRYCREATE`. */
  readonly name: string;
  /** Its arguments as the server wrote them; empty without any. */
  readonly argument: string;
  /**
   * The number of `UIDNEXT`, `UIDVALIDITY`, `UNSEEN`, `APPENDLIMIT` and others. For `METADATA
   * LONGENTRIES` and `METADATA MAXSIZE` (RFC 5464), a number of bytes.
   */
  readonly number?: number;
  /** `MESSAGELIMIT` (RFC 9738): the lowest UID that was processed; `number` is the limit. */
  readonly uid?: number;
  /** `HIGHESTMODSEQ` (RFC 7162): the mod-sequence. */
  readonly modseq?: bigint;
  /** `PERMANENTFLAGS`: the flags. */
  readonly flags?: readonly string[];
  /** `CAPABILITY`: the capabilities, in upper case. */
  readonly capabilities?: readonly string[];
  /** `BADCHARSET`: the charsets that the server knows, if it names them. */
  readonly charsets?: readonly string[];
  /**
   * `BADEVENT` (RFC 5465): the events of NOTIFY that the server knows. Dovecot names those that it
   * does not know.
   */
  readonly events?: readonly string[];
  /** `APPENDUID`, `COPYUID` (RFC 4315): the UIDVALIDITY of the destination. */
  readonly uidValidity?: number;
  /** `APPENDUID`, `COPYUID`: the UIDs of the new messages in the destination. */
  readonly uids?: NumberSet;
  /** `COPYUID`: the UIDs of the originals, in the order of {@linkcode ResponseCode.uids}. */
  readonly sourceUids?: NumberSet;
  /**
   * `MODIFIED` (RFC 7162): the messages that were not changed, since somebody else had changed
   * them. UIDs if the command took UIDs, else sequence numbers.
   */
  readonly ids?: NumberSet;
  /** `MAILBOXID` (RFC 8474): the folder's id; `null` if it has none. */
  readonly mailboxId?: string | null;
  /**
   * `REFERRAL` (RFC 2221, RFC 2193): where to go instead, as far as the URLs can be read. The
   * client never goes there by itself: a password must not follow a server's word.
   */
  readonly referrals?: readonly ImapUrl[];
  /** `BADURL` (RFC 4469): the URL that the server can't take content from, as it was sent. */
  readonly url?: string;
  /** `INPROGRESS` (RFC 9585): how far a command is. */
  readonly progress?: ProgressNotice;
  /** `PERMANENTFLAGS`: what is wrong with the list, if part of it can't be read. */
  readonly bad?: BadItem;
}

/** How far a call is, as far as the server says. */
export interface Progress {
  /** How much is done; `null` if the server does not say. For display only. */
  readonly done: number | null;
  /** How much there is to do; `null` if the server does not say. It may change. */
  readonly total: number | null;
}

/** What `INPROGRESS` says (RFC 9585 section 4). */
export interface ProgressNotice extends Progress {
  /** The tag of the command; `null` if it does not name one. */
  readonly tag: string | null;
}

/** The end of a command: OK, NO or BAD, with the command's tag. */
export interface TaggedResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "tagged";
  /** The tag of the command that this completes. */
  readonly tag: string;
  /** OK: done; NO: refused; BAD: not understood. */
  readonly status: "OK" | "NO" | "BAD";
  /** The response code, if there is one. */
  readonly code: ResponseCode | null;
  /** Text for people. */
  readonly text: string;
}

/** `+`: the server waits for the rest of a command (RFC 9051 section 7.6). */
export interface ContinuationRequest {
  /** Tells the kinds of response apart. */
  readonly kind: "continuation";
  /** The response code, if there is one; a challenge never has one. */
  readonly code: ResponseCode | null;
  /** The text after the `+` and the code, or a challenge in base64. */
  readonly text: string;
}

/** `* OK`, `* NO`, `* BAD`, `* BYE` or `* PREAUTH` (RFC 9051 section 7.1). */
export interface StatusResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "OK" | "NO" | "BAD" | "BYE" | "PREAUTH";
  /** The tag that some servers put before BYE; other responses have none. */
  readonly tag?: string;
  /** The response code, if there is one. */
  readonly code: ResponseCode | null;
  /** Text for people. */
  readonly text: string;
}

/** `* CAPABILITY` or, after ENABLE, `* ENABLED` (RFC 5161). */
export interface CapabilityResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "CAPABILITY" | "ENABLED";
  /** The capabilities, in upper case. */
  readonly capabilities: readonly string[];
}

/** `* LIST`, `* LSUB` or `* XLIST` (RFC 9051 section 7.3.1). */
export interface ListResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "LIST" | "LSUB" | "XLIST";
  /** The attributes, such as `\HasChildren`. */
  readonly flags: readonly string[];
  /** The hierarchy delimiter; `null` if names have no levels. */
  readonly delimiter: string | null;
  /** The folder's name as the server sent it. */
  readonly name: Uint8Array;
  /** The extended items of RFC 5258 by their upper-case names. */
  readonly extended: Readonly<Record<string, ImapValue>>;
}

/** `* STATUS` (RFC 9051 section 7.3.4). */
export interface MailboxStatusResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "STATUS";
  /** The folder's name as the server sent it. */
  readonly name: Uint8Array;
  /** The items by their upper-case names. */
  readonly items: Readonly<Record<string, ImapValue>>;
}

/** `* FLAGS`: the flags that the selected folder knows. */
export interface FlagsResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "FLAGS";
  /** The flags, as far as they can be read. */
  readonly flags: readonly string[];
  /** What is wrong with the list, if part of it can't be read. */
  readonly bad?: BadItem;
}

/** `* n EXISTS`, `* n RECENT` or `* n EXPUNGE` (RFC 9051 sections 7.4, 7.5). */
export interface NumberResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "EXISTS" | "RECENT" | "EXPUNGE";
  /** How many messages there are or, for EXPUNGE, the sequence number of the removed message. */
  readonly number: number;
}

/**
 * `* VANISHED` (RFC 7162 section 3.2.10): messages were removed, named by their UIDs. It replaces
 * EXPUNGE after `enable("QRESYNC")` or `enable("UIDONLY")`.
 */
export interface VanishedResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "VANISHED";
  /**
   * Whether they were removed before the folder was selected, so that `exists` does not count them.
   */
  readonly earlier: boolean;
  /** The UIDs of the messages, kept as ranges. */
  readonly uids: NumberSet;
}

/** `* SEARCH` or `* SORT`: the messages found. */
export interface SearchResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "SEARCH" | "SORT";
  /** Sequence numbers or UIDs, in the server's order. */
  readonly ids: number[];
  /** The highest mod-sequence of the messages found (RFC 7162), if it was asked for. */
  readonly modseq: bigint | null;
}

/** `* ESEARCH` (RFC 9051 section 7.3.4, RFC 4731). */
export interface EsearchResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "ESEARCH";
  /** The tag of the command that this answers; `null` if the server left it out. */
  readonly tag: string | null;
  /** The folder, as the server sent its name, if several are searched (RFC 7377). */
  readonly mailbox?: Uint8Array;
  /** That folder's UIDVALIDITY. */
  readonly uidValidity?: number;
  /** Whether the numbers are UIDs. */
  readonly uid: boolean;
  /**
   * Changes of an earlier result, in the order in which they are to be applied (RFC 5267 section
   * 4.3): positions and ids in turn.
   */
  readonly changes?: readonly {
    readonly name: "ADDTO" | "REMOVEFROM";
    readonly pairs: ImapValue;
  }[];
  /** The result data by upper-case names: `MIN`, `MAX`, `COUNT`, `ALL`, `MODSEQ`. */
  readonly data: Readonly<Record<string, ImapValue>>;
}

/** `* NAMESPACE` (RFC 2342): prefixes and delimiters of each kind, or `null`. */
export interface NamespaceResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "NAMESPACE";
  /** The user's own namespaces. */
  readonly personal: readonly NamespaceEntry[] | null;
  /** Namespaces of other users. */
  readonly other: readonly NamespaceEntry[] | null;
  /** Shared namespaces. */
  readonly shared: readonly NamespaceEntry[] | null;
}

/** One namespace as the server sent it. */
export interface NamespaceEntry {
  /** The prefix of names in it, as the server sent it. */
  readonly prefix: Uint8Array;
  /** The hierarchy delimiter; `null` if names have no levels. */
  readonly delimiter: string | null;
}

/** A value of a FETCH response: see {@linkcode FetchResponse}. */
export type FetchValue =
  | ImapValue
  | ZonedDate
  | Annotations
  | Envelope
  | BodyStructure
  | LiteralSink;

/** An item of a response that can't be read, or only in part. */
export interface BadItem {
  /** The item's name, such as `ENVELOPE`. */
  readonly name: string;
  /** The item as the server sent it. */
  readonly raw: Uint8Array;
  /** What is wrong with it. */
  readonly error: ProtocolError;
}

/**
 * `* n FETCH` (RFC 9051 section 7.5.2) or, after `enable("UIDONLY")`, `* n UIDFETCH` (RFC 9586
 * section 3.3), which names the message by its UID alone.
 */
export interface FetchResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "FETCH";
  /** The message's sequence number; 0, which is none, in UIDFETCH. */
  readonly number: number;
  /** Its UID, if the server sent it. */
  readonly uid: number | null;
  /**
   * The items by their upper-case names, without `UID`. `SEQ` is the sequence number, which
   * UIDFETCH does not have.
   */
  readonly items: Record<string, FetchValue>;
  /** The items that can't be read; `null` if there are none. */
  readonly bad: readonly BadItem[] | null;
}

/** A response that the parser does not know or can't read, kept as the server sent it. */
export interface UnknownResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "UNKNOWN";
  /** Its name in upper case, such as `QUOTA`. */
  readonly name: string;
  /** The number before the name, if there is one. */
  readonly number: number | null;
  /** What follows the name, as the server sent it. */
  readonly raw: Uint8Array;
  /** What is wrong with a response whose name is known; `null` if the name is unknown. */
  readonly error: ProtocolError | null;
  /** What follows the name, as values. Throws a `ProtocolError` if it can't be read. */
  values(): readonly ImapValue[];
}

/** Every response that has no tag. */
export type UntaggedResponse =
  | StatusResponse
  | CapabilityResponse
  | ListResponse
  | MailboxStatusResponse
  | FlagsResponse
  | NumberResponse
  | VanishedResponse
  | SearchResponse
  | EsearchResponse
  | NamespaceResponse
  | FetchResponse
  | UnknownResponse;

/** Every response. */
export type ServerResponse = TaggedResponse | ContinuationRequest | UntaggedResponse;
