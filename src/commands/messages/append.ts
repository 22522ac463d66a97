import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import { fullText, type Text } from "../../model/text.ts";
import { wrapped } from "../wrapped.ts";
import { storableFlags } from "./flags.ts";
import type { LiteralSource } from "../../wire/command_buffer.ts";
import type { CommandWriter } from "../../wire/writer.ts";

/** What came of an append. */
export interface AppendResult {
  /** The server's text, with its response code. */
  readonly text: string;
  /** The UIDVALIDITY of the folder; `null` where the server did not say (RFC 4315). */
  readonly uidValidity: number | null;
  /** The UID of the message; `null` where the server did not say. */
  readonly uid: number | null;
}

/** What came of several messages appended at once. */
export interface MultiappendResult {
  /** The server's text, with its response code. */
  readonly text: string;
  /** The UIDVALIDITY of the folder; `null` where the server did not say (RFC 4315). */
  readonly uidValidity: number | null;
  /** The UIDs of the messages in their order; empty where the server did not say. */
  readonly uids: readonly number[];
}

/** A message that is read while it is sent, and so may be of any size. */
export type MessageStream = LiteralSource;

/** What is stored beside a message. */
export interface MessageAttributes {
  /** The flags that it gets. Default: none. */
  readonly flags?: Text | Iterable<Text>;
  /**
   * Its internal date. A `ZonedDate` keeps its zone, any other `Date` is written in local time with
   * the offset in force at that date. Default: the moment of the append.
   */
  readonly date?: Date | null;
  /**
   * The same as `date`.
   *
   * @deprecated Use `date`.
   */
  readonly msgTime?: Date | null;
}

/** A message with what is stored beside it. */
export interface MessageToAppend extends MessageAttributes {
  /** The message as RFC 5322 has it; a `string` is sent in UTF-8, its line ends as CRLF. */
  readonly msg: Text | MessageStream;
}

/**
 * APPEND (RFC 9051 section 6.3.12); the server takes messages of up to `limit` bytes, with a NUL in
 * them where it `takesNul` (BINARY, RFC 3516).
 */
export function append(
  folder: Text,
  message: MessageToAppend,
  limit: number = Infinity,
  takesNul = false,
): Command<AppendResult> {
  const command = appendAll(folder, [message], limit, takesNul);
  return wrapped(command, {
    result(done: TaggedResponse): AppendResult {
      const { text, uidValidity, uids } = command.result(done);
      return { text, uidValidity, uid: uids[0] ?? null };
    },
  });
}

/** APPEND of several messages (RFC 3502): all of them, or none. */
export function multiappend(
  folder: Text,
  messages: readonly MessageToAppend[],
  limit: number = Infinity,
  takesNul = false,
): Command<MultiappendResult> {
  return wrapped(appendAll(folder, messages, limit, takesNul), { needs: "MULTIAPPEND" });
}

function appendAll(
  folder: Text,
  messages: readonly MessageToAppend[],
  limit: number,
  takesNul: boolean,
): Command<MultiappendResult> {
  const ready = messages.map(({ msg, flags = [], ...dates }) => ({
    content: contentOf(msg, limit),
    flags: storableFlags(flags),
    date: dateOf(dates),
  }));
  return {
    name: "APPEND",
    state: "authenticated",
    pipelining: "uids",
    write(out: CommandWriter): void {
      out.sp().mailbox(folder);
      for (const { content, flags, date } of ready) {
        out.sp().flagList(flags).sp();
        if (date !== null) out.dateTime(date).sp();
        if (content instanceof Uint8Array) out.literal(content, takesNul);
        else out.literalFrom(content);
      }
    },
    result(done: TaggedResponse): MultiappendResult {
      const code = done.code?.name === "APPENDUID" ? done.code : null;
      const uids = code?.uids?.size === ready.length ? [...code.uids] : [];
      return { text: fullText(done), uidValidity: code?.uidValidity ?? null, uids };
    },
  };
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
    `a message of ${size} bytes: the server takes ${limit} at the most (APPENDLIMIT)`,
  );
}

/** A text's line ends must be CRLF (RFC 5322 section 2.3); bytes are the caller's to get right. */
function encodeMessage(message: string): Uint8Array {
  if (typeof message !== "string") {
    throw new InvalidArgumentError(`a message must be text or bytes, not ${typeof message}`);
  }
  if (!message.isWellFormed()) throw new InvalidArgumentError("a message that is no Unicode text");
  return encodeUtf8(message.replace(/\r\n|\r|\n/g, "\r\n"));
}
