/**
 * What a server says, as the parser hands it to commands and listeners.
 *
 * @module
 */

import type { ImapValue, LiteralSink } from "./values.ts";
import type { BodyStructure } from "./body_structure.ts";
import type { ZonedDate } from "./dates.ts";
import type { Envelope } from "./envelope.ts";
import type { NumberSet } from "./number_set.ts";

import type { ProtocolError } from "./errors.ts";

/** A response code: what stands in brackets in a status response (RFC 9051 section 7.1). */
export interface ResponseCode {
  /** The code's name in upper case, such as `TRYCREATE`. */
  readonly name: string;
  /** Its arguments as the server wrote them; empty if there are none. */
  readonly argument: string;
  /**
   * `UIDNEXT`, `UIDVALIDITY`, `UNSEEN`, `APPENDLIMIT` and others: the number; so for `METADATA
   * LONGENTRIES` and `METADATA MAXSIZE` (RFC 5464), where it is a number of bytes.
   */
  readonly number?: number;
  /** `MESSAGELIMIT` (RFC 9738): the lowest UID that was looked at; `number` is the limit. */
  readonly uid?: number;
  /** `HIGHESTMODSEQ` (RFC 7162): the mod-sequence. */
  readonly modseq?: bigint;
  /** `PERMANENTFLAGS`: the flags. */
  readonly flags?: readonly string[];
  /** `CAPABILITY`: the capabilities, in upper case. */
  readonly capabilities?: readonly string[];
  /** `BADCHARSET`: the charsets that the server knows, where it names them. */
  readonly charsets?: readonly string[];
  /** `APPENDUID`, `COPYUID` (RFC 4315): the UIDVALIDITY of the folder that was added to. */
  readonly uidValidity?: number;
  /** `APPENDUID`: the UIDs given; `COPYUID`: those in the destination. */
  readonly uids?: NumberSet;
  /** `COPYUID`: the UIDs of the originals, in the order of {@linkcode ResponseCode.uids}. */
  readonly sourceUids?: NumberSet;
  /**
   * `MODIFIED` (RFC 7162): the messages that were left as they are, since they have changed; UIDs
   * where the command took UIDs, else sequence numbers.
   */
  readonly ids?: NumberSet;
  /** `MAILBOXID` (RFC 8474): the folder's id; `null` where the server has none for it. */
  readonly mailboxId?: string | null;
  /** `PERMANENTFLAGS`: what is wrong with the list, where a part of it can't be read. */
  readonly bad?: BadItem;
}

/** How a command ended: OK, NO or BAD, with the command's tag. */
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
  /** What follows the `+`, and the code: text, or a challenge in base64. */
  readonly text: string;
}

/** `* OK`, `* NO`, `* BAD`, `* BYE` or `* PREAUTH` (RFC 9051 section 7.1). */
export interface StatusResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "OK" | "NO" | "BAD" | "BYE" | "PREAUTH";
  /** The tag that some servers give their BYE; there is none in any other. */
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
  /** In upper case. */
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
  /** The hierarchy delimiter; `null` where names are flat. */
  readonly delimiter: string | null;
  /** The name as it came over the wire. */
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
  /** The folder's name as it came over the wire. */
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
  /** The flags that can be read. */
  readonly flags: readonly string[];
  /** What is wrong with the list, where a part of it can't be read. */
  readonly bad?: BadItem;
}

/** `* n EXISTS`, `* n RECENT` or `* n EXPUNGE` (RFC 9051 sections 7.4, 7.5). */
export interface NumberResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "EXISTS" | "RECENT" | "EXPUNGE";
  /** How many there are or, for EXPUNGE, the sequence number of the message that is gone. */
  readonly number: number;
}

/**
 * `* VANISHED` (RFC 7162 section 3.2.10): messages are gone, named by their UIDs. It takes the place
 * of EXPUNGE after `enable("QRESYNC")` or `enable("UIDONLY")`.
 */
export interface VanishedResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "VANISHED";
  /**
   * Whether they went before this session could see them: those are not among the messages that
   * `exists` counts.
   */
  readonly earlier: boolean;
  /** The UIDs of the messages; kept as ranges, however many they are. */
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
  /** The highest mod-sequence of those found (RFC 7162), where it was asked for. */
  readonly modseq: bigint | null;
}

/** `* ESEARCH` (RFC 9051 section 7.3.4, RFC 4731). */
export interface EsearchResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "ESEARCH";
  /** The tag of the command that this answers; `null` where the server left it out. */
  readonly tag: string | null;
  /** Whether the numbers are UIDs. */
  readonly uid: boolean;
  /** The result data by upper-case names: `MIN`, `MAX`, `COUNT`, `ALL`, `MODSEQ`. */
  readonly data: Readonly<Record<string, ImapValue>>;
}

/** `* NAMESPACE` (RFC 2342), each part as prefixes and delimiters, or `null`. */
export interface NamespaceResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "NAMESPACE";
  /** The user's own. */
  readonly personal: readonly NamespaceEntry[] | null;
  /** Other users'. */
  readonly other: readonly NamespaceEntry[] | null;
  /** Those shared by all. */
  readonly shared: readonly NamespaceEntry[] | null;
}

/** One namespace as it came over the wire. */
export interface NamespaceEntry {
  /** What names in it begin with, as it came over the wire. */
  readonly prefix: Uint8Array;
  /** The hierarchy delimiter; `null` where names are flat. */
  readonly delimiter: string | null;
}

/** A value of a FETCH response: see {@linkcode FetchResponse}. */
export type FetchValue =
  | ImapValue
  | ZonedDate
  | Envelope
  | BodyStructure
  | LiteralSink;

/** One item of a response that could not be read, or not all of it. */
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
  /** Its UID, where the server said it. */
  readonly uid: number | null;
  /**
   * The items by their upper-case names, without `UID`, and `SEQ`, the sequence number, which
   * UIDFETCH has not.
   */
  readonly items: Record<string, FetchValue>;
  /** The items that could not be read, and `null` where all could. */
  readonly bad: readonly BadItem[] | null;
}

/** A response that the parser does not know, or that makes no sense: kept as it came. */
export interface UnknownResponse {
  /** Tells the kinds of response apart. */
  readonly kind: "untagged";
  /** The name of the response. */
  readonly type: "UNKNOWN";
  /** Its name in upper case, such as `QUOTA`. */
  readonly name: string;
  /** The number in front of the name, if there is one. */
  readonly number: number | null;
  /** What follows the name, as it came. */
  readonly raw: Uint8Array;
  /** What is wrong with a response whose name is known; `null` where only the name is unknown. */
  readonly error: ProtocolError | null;
  /** What follows the name as values; throws a `ProtocolError` where it can't be read. */
  values(): readonly ImapValue[];
}

/** Everything that a server may say without being tied to a command by a tag. */
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

/** Everything that a server may say. */
export type ServerResponse = TaggedResponse | ContinuationRequest | UntaggedResponse;
