import { InvalidArgumentError, named } from "../model/errors.ts";
import { type CalendarDate, datetimeToInternalDate, formatCriteriaDate } from "../model/dates.ts";
import { NumberSet } from "../model/number_set.ts";
import {
  BACKSLASH,
  CR,
  decodeAscii,
  DQUOTE,
  encodeUtf8,
  hasNul,
  LF,
  SP,
  TILDE,
  tryUtf8,
} from "../util/bytes.ts";
import { isAscii, isAtom, isAtomBytes, isCommandName, isFetchItem, isNil } from "./grammar.ts";
import { checkSource, CommandBuffer, type CommandPart } from "./command_buffer.ts";
import { encodeUtf7 } from "../mime/utf7.ts";
import type { Text } from "../model/text.ts";

/** What the server accepts, as far as it affects how a command is written. */
export interface WriterOptions {
  /**
   * The largest literal that is sent without waiting for the server's `+` (RFC 7888): `Infinity`
   * with LITERAL+, 4096 with LITERAL-, -1 with neither.
   */
  readonly nonSynchronising: number;
  /**
   * Strings may hold UTF-8 and folder names are UTF-8: after ENABLE of UTF8=ACCEPT or IMAP4rev2.
   */
  readonly utf8: boolean;
  /** Whether folder names given as `string` are encoded, or sent as they are. */
  readonly folderEncode: boolean;
  /** The server's own bytes for a folder name, if they are not the canonical ones. */
  readonly rawName?: (name: string) => Uint8Array | undefined;
}

const NO_PARTS: readonly CommandPart[] = [];
const NO_SECRETS: readonly (readonly [from: number, to: number])[] = [];
const PLAIN: WriterOptions = { nonSynchronising: -1, utf8: false, folderEncode: true };

/** Larger literals are sent from where they are, without a copy. */
const COPIED = 16 * 1024;

/**
 * Writes the arguments of one command, one grammar element at a time. The methods have the names
 * that RFC 9051 section 9 gives the elements. There is no other way for bytes to reach the server.
 * What can't be written safely throws {@linkcode InvalidArgumentError}, and nothing of the command
 * is sent.
 *
 * ```ts
 * import type { CommandWriter } from "@imapclient/imapclient";
 *
 * function writeRename(out: CommandWriter, from: string, to: string): void {
 *   out.sp().mailbox(from).sp().mailbox(to);
 * }
 * ```
 */
export class CommandWriter {
  readonly #options: WriterOptions;
  #parts: readonly CommandPart[] = NO_PARTS;
  /** The ranges of secrets, in bytes over all parts. */
  #secrets: readonly (readonly [from: number, to: number])[] = NO_SECRETS;
  readonly #page: CommandBuffer;
  /** The memory of the part that is being written. */
  #buffer: Uint8Array;
  #start: number;
  #end: number;
  #partsLength = 0;

  /**
   * A writer for a server that accepts what `options` say; by default, a server without extensions.
   */
  constructor(options: WriterOptions = PLAIN, page: CommandBuffer = new CommandBuffer(128)) {
    this.#options = options;
    this.#page = page;
    this.#buffer = page.bytes;
    this.#start = this.#end = page.used;
  }

  /** A space. */
  sp(): this {
    this.#byte(SP);
    return this;
  }

  /** An atom: a keyword, or a name that the protocol defines. */
  atom(text: string): this {
    if (!isAtom(text)) throw invalid("an atom", text);
    this.#ascii(text);
    return this;
  }

  /** The name of a command: atoms with spaces between. */
  commandName(name: string): this {
    if (!isCommandName(name)) throw invalid("the name of a command", name);
    this.#ascii(name);
    return this;
  }

  /** A whole number from 0 to 2^63 - 1 (RFC 9051 `number64`). */
  number(value: number | bigint): this {
    const whole = typeof value === "bigint" || Number.isSafeInteger(value);
    if (!whole || value < 0 || value >= NUMBER_END) {
      throw new InvalidArgumentError(
        `not a whole number of zero or more within 63 bits: ${named(value)}`,
      );
    }
    this.#ascii(String(value));
    return this;
  }

  /** Text: as an atom if possible, else quoted, else as a literal. */
  astring(value: Text): this {
    const bytes = textBytes(value);
    if (isAtomBytes(bytes) && !isNil(bytes)) this.#bytes(bytes);
    else this.#string(bytes);
    return this;
  }

  /** Text: quoted if possible, else as a literal. */
  string(value: Text): this {
    this.#string(textBytes(value));
    return this;
  }

  /** Text, or `NIL` for `null`. */
  nstring(value: Text | null): this {
    return value === null ? this.atom("NIL") : this.string(value);
  }

  /** The name of a charset: an atom or a quoted string, but not a literal. */
  charset(name: string): this {
    const bytes = textBytes(name);
    if (isAtomBytes(bytes) && !isNil(bytes)) this.#bytes(bytes);
    else if (this.#isQuotable(bytes)) this.#quoted(bytes);
    else throw invalid("a charset", name);
    return this;
  }

  /**
   * A folder name. A `string` is encoded in modified UTF-7 (RFC 3501 section 5.1.3), unless the
   * server accepts UTF-8. Bytes are sent as they are, and must be ASCII, or UTF-8 if the server
   * accepts that.
   */
  mailbox(name: Text): this {
    this.#string(this.#mailboxBytes(name));
    return this;
  }

  /** A folder name with the wildcards `*` and `%` (RFC 9051 `list-mailbox`). */
  listMailbox(pattern: Text): this {
    return this.mailbox(pattern);
  }

  #mailboxBytes(name: Text): Uint8Array {
    if (typeof name !== "string") {
      if (!(name instanceof Uint8Array)) throw notText(name);
      const { utf8 } = this.#options;
      if (utf8 ? tryUtf8(name) !== null : name.every((byte) => byte < 128)) return name;
      throw new InvalidArgumentError(
        `a folder name given as bytes must be ${utf8 ? "UTF-8" : "ASCII"}`,
      );
    }
    if (!name.isWellFormed()) throw invalid("a folder name", name);
    if (this.#options.utf8) return encodeUtf8(name);
    if (this.#options.folderEncode) {
      return this.#options.rawName?.(name) ?? encodeUtf8(encodeUtf7(name));
    }
    if (!isAscii(name)) {
      throw new InvalidArgumentError(
        `a folder name must be ASCII while folderEncode is off: ${JSON.stringify(name)}`,
      );
    }
    return encodeUtf8(name);
  }

  /** A flag or keyword, such as `\Seen` or `$Forwarded`. */
  flag(flag: Text): this {
    const text = flag instanceof Uint8Array ? decodeAscii(flag) : flag;
    if (typeof text !== "string") throw notText(text);
    if (!isAtom(text.startsWith("\\") ? text.slice(1) : text)) throw invalid("a flag", text);
    this.#ascii(text);
    return this;
  }

  /** Flags in parentheses. A single flag may be given without a list. */
  flagList(flags: Text | Iterable<Text>): this {
    const list = typeof flags === "string" || flags instanceof Uint8Array ? [flags] : flags;
    return this.list(list, (flag) => this.flag(flag));
  }

  /** A set of sequence numbers or UIDs. */
  numberSet(set: NumberSet): this {
    if (!(set instanceof NumberSet)) {
      throw new InvalidArgumentError(`not a set of message ids: ${named(set)}`);
    }
    if (set.isEmpty) throw new InvalidArgumentError("an empty set of message ids");
    this.#ascii(set.toString());
    return this;
  }

  /** A calendar date, as SEARCH takes it: `04-Apr-1996`. */
  date(date: CalendarDate): this {
    this.#ascii(formatCriteriaDate(date));
    return this;
  }

  /** A date with time and zone, as APPEND takes it: `"02-Jan-2009 03:04:05 +0230"`. */
  dateTime(date: Date): this {
    return this.string(datetimeToInternalDate(date));
  }

  /** Items in parentheses, with spaces between. */
  list<T>(items: Iterable<T>, write: (item: T) => void): this {
    if (!(Symbol.iterator in Object(items))) {
      throw new InvalidArgumentError(`not a list: ${named(items)}`);
    }
    this.#byte(40);
    let first = true;
    for (const item of items) {
      if (!first) this.sp();
      first = false;
      write(item);
    }
    this.#byte(41);
    return this;
  }

  /** A FETCH item, such as `BODY.PEEK[HEADER.FIELDS (SUBJECT)]<0.100>`. */
  fetchItem(item: string): this {
    if (!isFetchItem(item)) throw invalid("a FETCH item", item);
    this.#ascii(item);
    return this;
  }

  /**
   * Part of a command exactly as the caller wrote it. It can't end the line or announce a literal;
   * whether it makes sense is up to the caller.
   */
  raw(text: string): this {
    if (typeof text !== "string") throw invalid("raw text", text);
    // deno-lint-ignore no-control-regex
    if (/[\x00-\x1f\x7f]|\{\d*\+?\}\s*$/.test(text) || !isAscii(text)) {
      throw invalid("raw text", text);
    }
    this.#ascii(text);
    return this;
  }

  /**
   * Bytes as a literal (RFC 9051 section 4.3). With `binary`, bytes that contain a NUL are sent as
   * a `literal8` (RFC 3516 section 4.4); the server must accept one here. Without, they are
   * refused.
   */
  literal(bytes: Uint8Array, binary = false): this {
    checkBytes(bytes);
    const isBinary = hasNul(bytes);
    if (isBinary && !binary) throw new InvalidArgumentError("a literal can't hold a NUL");
    return isBinary ? this.literal8(bytes) : this.#literal(bytes);
  }

  /** Bytes as a `literal8`, whatever they hold (RFC 3516 section 4.4, RFC 6855 section 4). */
  literal8(bytes: Uint8Array): this {
    checkBytes(bytes);
    this.#byte(TILDE);
    return this.#literal(bytes);
  }

  #literal(bytes: Uint8Array): this {
    this.#announce(bytes.length);
    if (bytes.length <= COPIED) this.#bytes(bytes);
    else {
      this.#endPart(false);
      this.#addPart({ bytes, waits: false });
    }
    return this;
  }

  /** A literal whose bytes are read from a stream when they are sent. */
  literalFrom(
    source: {
      readonly stream: ReadableStream<Uint8Array>;
      readonly size: number;
      readonly binary?: boolean;
    },
  ): this {
    checkSource(source);
    if (source.binary) this.#byte(TILDE);
    this.#announce(source.size);
    this.#endPart(false);
    this.#addPart({ bytes: new Uint8Array(0), waits: false, source });
    return this;
  }

  #announce(size: number): void {
    const synchronising = size > this.#options.nonSynchronising;
    this.#ascii(`{${size}${synchronising ? "" : "+"}}\r\n`);
    if (synchronising) this.#endPart(true);
  }

  /** Writes something that no log and no error may show. */
  secret(write: () => void): this {
    const from = this.#partsLength + this.#length;
    try {
      write();
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      // Not the original message, which shows the text.
      throw new InvalidArgumentError(
        "credentials that can't be sent: they must be Unicode text, without a NUL",
      );
    }
    this.#secrets = [...this.#secrets, [from, this.#partsLength + this.#length]];
    return this;
  }

  /**
   * Ends the command if all of it is in the page, as is usual; returns `false` if it is not, and
   * {@linkcode finish} must be called.
   *
   * @internal
   */
  finishInPage(): boolean {
    const isWithin = this.#buffer === this.#page.bytes && this.#parts.length === 0;
    if (!isWithin || this.#end + 2 > this.#buffer.length) return false;
    this.#byte(CR);
    this.#byte(LF);
    this.#page.used = this.#end;
    return true;
  }

  /**
   * Ends the command and returns its parts.
   *
   * @internal
   */
  finish(): readonly CommandPart[] {
    this.#byte(CR);
    this.#byte(LF);
    this.#endPart(false);
    return this.#parts;
  }

  /** The command for logs and errors: on one line, shortened, and without secrets. */
  describe(): string {
    let text = "";
    let offset = 0;
    for (const bytes of [...this.#parts.map((part) => part.bytes), this.#written()]) {
      text += this.#describePart(bytes, offset);
      offset += bytes.length;
    }
    return text.trimEnd();
  }

  #describePart(bytes: Uint8Array, offset: number): string {
    let text = "";
    let at = 0;
    for (const [from, to] of this.#secrets) {
      const start = Math.max(from - offset, at);
      const end = Math.min(to - offset, bytes.length);
      if (start >= end) continue;
      text += readable(bytes.subarray(at, start));
      // Shown once, even if the secret spans several parts.
      if (from >= offset) text += "**REDACTED**";
      at = end;
    }
    return text + readable(bytes.subarray(at));
  }

  #string(bytes: Uint8Array): void {
    if (this.#isQuotable(bytes)) this.#quoted(bytes);
    else this.literal(bytes);
  }

  /** Whether the bytes can be quoted: ASCII, or UTF-8 if the server accepts it. */
  #isQuotable(bytes: Uint8Array): boolean {
    let ascii = true;
    for (const byte of bytes) {
      if (byte === CR || byte === LF || byte === 0) return false;
      if (byte > 127) ascii = false;
    }
    return ascii || (this.#options.utf8 && tryUtf8(bytes) !== null);
  }

  #quoted(bytes: Uint8Array): void {
    this.#byte(DQUOTE);
    for (const byte of bytes) {
      if (byte === DQUOTE || byte === BACKSLASH) this.#byte(BACKSLASH);
      this.#byte(byte);
    }
    this.#byte(DQUOTE);
  }

  /** How many bytes of the part are written. */
  get #length(): number {
    return this.#end - this.#start;
  }

  #written(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  #endPart(waits: boolean): void {
    if (this.#length === 0) return;
    this.#addPart({ bytes: this.#written(), waits });
    this.#start = this.#end;
  }

  #addPart(part: CommandPart): void {
    this.#parts = [...this.#parts, part];
    this.#partsLength += part.bytes.length;
  }

  #byte(byte: number): void {
    if (this.#end === this.#buffer.length) this.#grow(1);
    this.#buffer[this.#end++] = byte;
  }

  #ascii(text: string): void {
    this.#grow(text.length);
    for (let i = 0; i < text.length; i++) this.#buffer[this.#end++] = text.charCodeAt(i);
  }

  #bytes(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Makes room: a part that does not fit into the page gets memory of its own. */
  #grow(by: number): void {
    if (this.#end + by <= this.#buffer.length) return;
    const written = this.#written();
    this.#buffer = new Uint8Array(Math.max(written.length + by, 2 * written.length, 128));
    this.#buffer.set(written);
    this.#start = 0;
    this.#end = written.length;
  }
}

/** The first number that is too large (RFC 9051 `number64`). */
const NUMBER_END = 2n ** 63n;

function textBytes(value: Text): Uint8Array {
  if (typeof value !== "string") {
    if (value instanceof Uint8Array) return value;
    throw notText(value);
  }
  if (!value.isWellFormed()) throw invalid("text", value);
  return encodeUtf8(value);
}

function checkBytes(bytes: unknown): void {
  if (bytes instanceof Uint8Array) return;
  throw new InvalidArgumentError(`expected bytes, not ${typeof bytes}`);
}

function notText(value: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`expected text or bytes, not ${typeof value}`);
}

function invalid(what: string, text: string): InvalidArgumentError {
  const shown = typeof text === "string" ? JSON.stringify(text) : typeof text;
  return new InvalidArgumentError(`can't be sent as ${what}: ${shown}`);
}

/** Bytes as one line of text, shortened if they are many. */
function readable(bytes: Uint8Array): string {
  const shown = 256;
  const text = decodeAscii(bytes, 0, Math.min(bytes.length, shown))
    .replace(/\r\n$/, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x1f\x7f-\xff]/g, (char) => {
      return char === "\r"
        ? "\\r"
        : char === "\n"
        ? "\\n"
        : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
    });
  return bytes.length > shown ? `${text}... (${bytes.length} bytes)` : text;
}
