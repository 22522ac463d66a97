import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { CR, encodeUtf8, LF } from "../../util/bytes.ts";
import { fullText, type Text } from "../../model/text.ts";
import { wrapped } from "../wrapped.ts";
import {
  ANNOTATE,
  annotationEntries,
  type AnnotationValues,
  writeAnnotations,
} from "./annotate.ts";
import { storableFlags } from "./flags.ts";
import type { LiteralSource } from "../../wire/command_buffer.ts";
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

/** A message that is read while it is sent, so that it may have any size. */
export type MessageStream = LiteralSource;

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
  /** The message in the format of RFC 5322. A `string` is sent in UTF-8, with CRLF as line ends. */
  readonly msg: Text | MessageStream;
}

/** What the server takes from APPEND. */
export interface AppendLimits {
  /** How many bytes a message may have (APPENDLIMIT, RFC 7889). Default: any number. */
  readonly limit?: number;
  /** Whether a message may contain a NUL (BINARY, RFC 3516). */
  readonly takesNul?: boolean;
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
  { limit = Infinity, takesNul = false, utf8Item = false }: AppendLimits,
): Command<MultiappendResult> {
  const ready = messages.map(({ msg, flags = [], annotations, ...dates }) => ({
    content: contentOf(msg, limit),
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
        if (!(content instanceof Uint8Array)) out.literalFrom(content);
        else if (utf8Item && hasUtf8Header(content)) {
          out.atom("UTF8").sp().list([content], (message) => out.literal8(message));
        } else out.literal(content, takesNul);
      }
    },
    result(done: TaggedResponse): MultiappendResult {
      const code = done.code?.name === "APPENDUID" ? done.code : null;
      const uids = code?.uids?.size === ready.length ? [...code.uids] : [];
      return { text: fullText(done), uidValidity: code?.uidValidity ?? null, uids };
    },
  };
}

/** Whether the header of a message, its field names and values, is not all ASCII. */
export function hasUtf8Header(message: MessageToAppend["msg"]): boolean {
  const bytes = typeof message === "string" ? encodeUtf8(message) : message;
  if (!(bytes instanceof Uint8Array)) return false;
  // A line end after a line end: the CR before it does not count.
  let isEmptyLine = true;
  for (const byte of bytes) {
    if (byte > 127) return true;
    if (byte === LF && isEmptyLine) return false;
    if (byte !== CR) isEmptyLine = byte === LF;
  }
  return false;
}

function dateOf({ date, msgTime }: MessageAttributes): Date | null {
  if (!date || !msgTime) return date ?? msgTime ?? null;
  const areDates = date instanceof Date && msgTime instanceof Date;
  if (areDates && date.getTime() === msgTime.getTime()) return date;
  throw new InvalidArgumentError("'date' and 'msgTime' mean the same: give only 'date'");
}

function contentOf(message: Text | MessageStream, limit: number): Uint8Array | MessageStream {
  const isStream = typeof message === "object" && message !== null && "stream" in message;
  const content = isStream || message instanceof Uint8Array ? message : encodeMessage(message);
  const size = content instanceof Uint8Array ? content.length : content.size;
  if (!(size > limit)) return content;
  throw new InvalidArgumentError(
    `a message of ${size} bytes: the server accepts at most ${limit} (APPENDLIMIT)`,
  );
}

/** Encodes text with CRLF as line ends (RFC 5322 section 2.3). Bytes are sent as they are. */
function encodeMessage(message: string): Uint8Array {
  if (typeof message !== "string") {
    throw new InvalidArgumentError(`a message must be text or bytes, not ${typeof message}`);
  }
  if (!message.isWellFormed()) throw new InvalidArgumentError("a message must be Unicode text");
  return encodeUtf8(message.replace(/\r\n|\r|\n/g, "\r\n"));
}
