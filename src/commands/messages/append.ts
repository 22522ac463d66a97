import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { fullText, type Text } from "../../model/text.ts";
import { wrapped } from "../wrapped.ts";
import {
  ANNOTATE,
  annotationEntries,
  type AnnotationValues,
  writeAnnotations,
} from "./annotate.ts";
import { storableFlags } from "./flags.ts";
import {
  type Content,
  type ContentLimits,
  contentOf,
  hasUtf8Header,
  isBinary,
  isList,
  type MessageContent,
} from "./message_content.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/** The result of an append. */
export interface AppendResult {
  /** The server's text, with its response code. */
  readonly text: string;
  /** The UIDVALIDITY of the folder; `null` if the server did not say (RFC 4315). */
  readonly uidValidity: number | null;
  /** The UID of the message; `null` if the server did not say. */
  readonly uid: number | null;
}

/** The result of appending several messages at once. */
export interface MultiappendResult {
  /** The server's text, with its response code. */
  readonly text: string;
  /** The UIDVALIDITY of the folder; `null` if the server did not say (RFC 4315). */
  readonly uidValidity: number | null;
  /** The UIDs of the messages in order; empty if the server did not say. */
  readonly uids: readonly number[];
}

/** What is stored along with a message. */
export interface MessageAttributes {
  /** Its flags. Default: none. */
  readonly flags?: Text | Iterable<Text>;
  /**
   * Its internal date. A `ZonedDate` keeps its zone; any other `Date` is sent in local time, with
   * the offset at that date. Default: the time of the append.
   */
  readonly date?: Date | null;
  /**
   * Its annotations (RFC 5257 section 4.7), as `setAnnotations` takes them. Default: none. Throws
   * `CapabilityError` if the server has no ANNOTATE-EXPERIMENT-1.
   */
  readonly annotations?: AnnotationValues;
  /**
   * The same as `date`.
   *
   * @deprecated Use `date`.
   */
  readonly msgTime?: Date | null;
}

/** A message with what is stored along with it. */
export interface MessageToAppend extends MessageAttributes {
  /**
   * The message in the format of RFC 5322, or its pieces. A `string` is sent in UTF-8, with CRLF as
   * line ends.
   */
  readonly msg: MessageContent;
}

/** What the server takes from APPEND. */
export interface AppendLimits extends ContentLimits {
  /**
   * Whether a message with UTF-8 in its header has to be sent as `UTF8 (~{n})` (RFC 6855 section
   * 4). RFC 9755, which replaces that RFC, has none of this.
   */
  readonly utf8Item?: boolean;
}

/** APPEND (RFC 9051 section 6.3.12). */
export function append(
  folder: Text,
  message: MessageToAppend,
  limits: AppendLimits = {},
): Command<AppendResult> {
  const command = appendAll(folder, [message], limits);
  return wrapped(command, {
    result(done: TaggedResponse): AppendResult {
      const { text, uidValidity, uids } = command.result(done);
      return { text, uidValidity, uid: uids[0] ?? null };
    },
  });
}

/** APPEND of several messages (RFC 3502): all of them or none. */
export function multiappend(
  folder: Text,
  messages: readonly MessageToAppend[],
  limits: AppendLimits = {},
): Command<MultiappendResult> {
  return wrapped(appendAll(folder, messages, limits), { needs: "MULTIAPPEND" });
}

function appendAll(
  folder: Text,
  messages: readonly MessageToAppend[],
  limits: AppendLimits,
): Command<MultiappendResult> {
  const ready = messages.map(({ msg, flags = [], annotations, ...dates }) => ({
    content: contentOf(msg, limits),
    flags: storableFlags(flags),
    date: dateOf(dates),
    notes: annotations === undefined ? null : annotationEntries(annotations),
  }));
  return {
    name: "APPEND",
    needs: ready.some(({ notes }) => notes !== null) ? ANNOTATE : undefined,
    state: "authenticated",
    pipelining: "uids",
    write(out: CommandWriter): void {
      out.sp().mailbox(folder);
      for (const { content, flags, date, notes } of ready) {
        out.sp().flagList(flags).sp();
        if (date !== null) out.dateTime(date).sp();
        if (notes !== null) {
          writeAnnotations(out, notes);
          out.sp();
        }
        writeContent(out, content, limits);
      }
    },
    result(done: TaggedResponse): MultiappendResult {
      const code = done.code?.name === "APPENDUID" ? done.code : null;
      const uids = code?.uids?.size === ready.length ? [...code.uids] : [];
      return { text: fullText(done), uidValidity: code?.uidValidity ?? null, uids };
    },
  };
}

/** Writes a message, whole or in pieces (RFC 4469 section 5, RFC 6855 section 4). */
function writeContent(out: CommandWriter, content: Content, limits: AppendLimits): void {
  const isUtf8 = limits.utf8Item === true && hasUtf8Header(content);
  if (content instanceof Uint8Array) {
    if (isUtf8) writeUtf8(out, content);
    else out.literal(content, limits.takesNul);
  } else if (!isList(content)) out.literalFrom(content);
  else {
    const binary = limits.takesNul === true && isBinary(content);
    const firstUrl = content.findIndex((piece) => "url" in piece);
    out.atom("CATENATE").sp().list(content.entries(), ([index, piece]) => {
      if ("url" in piece) out.atom("URL").sp().string(piece.url);
      else if (isUtf8 && index < firstUrl && piece instanceof Uint8Array) writeUtf8(out, piece);
      else {
        out.atom("TEXT").sp();
        // Dovecot takes a `literal8` only if the first piece is one.
        if (!(piece instanceof Uint8Array)) out.literalFrom({ ...piece, binary });
        else if (binary) out.literal8(piece);
        else out.literal(piece);
      }
    });
  }
}

function writeUtf8(out: CommandWriter, bytes: Uint8Array): void {
  out.atom("UTF8").sp().list([bytes], (message) => out.literal8(message));
}

function dateOf({ date, msgTime }: MessageAttributes): Date | null {
  if (!date || !msgTime) return date ?? msgTime ?? null;
  const areDates = date instanceof Date && msgTime instanceof Date;
  if (areDates && date.getTime() === msgTime.getTime()) return date;
  throw new InvalidArgumentError("'date' and 'msgTime' mean the same: give only 'date'");
}
