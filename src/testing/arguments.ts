import { parseDate, type ZonedDate } from "../model/dates.ts";
import { NumberSet } from "../model/number_set.ts";
import {
  BACKSLASH,
  CR,
  decodeAscii,
  decodeUtf8,
  DQUOTE,
  LBRACE,
  LF,
  LPAREN,
  RPAREN,
  SP,
  STAR,
  tryUtf8,
} from "../util/bytes.ts";
import { decodeUtf7, encodeUtf7 } from "../mime/utf7.ts";
import { bad, no } from "./refusal.ts";

/** What a byte may be part of (RFC 9051 section 9); flags in a bit set. */
const ATOM = 1;
const ASTRING = 2;
const LIST = 4;
const TAG = 8;
const SEQUENCE_SET = 16;

const CLASSES = new Uint8Array(256);
for (let byte = 33; byte < 127; byte++) {
  const char = String.fromCharCode(byte);
  const atom = !'(){%*"\\]'.includes(char);
  const astring = atom || char === "]";
  const list = astring || char === "%" || char === "*";
  CLASSES[byte] = (atom ? ATOM : 0) | (astring ? ASTRING : 0) | (list ? LIST : 0) |
    (astring && char !== "+" ? TAG : 0) | ("0123456789:,*".includes(char) ? SEQUENCE_SET : 0);
}

/** `$` (RFC 5182). */
const DOLLAR = 36;

/** The messages that a command names. */
export type MessageSet = NumberSet | "$";

/** How many bytes a regular expression sees. */
const LOOK_AHEAD = 256;

const NUMBER = /^(?:0|[1-9][0-9]{0,15})$/;
const ID = "(?:[1-9][0-9]{0,9}|\\*)";
const SET = new RegExp(`^${ID}(?::${ID})?(?:,${ID}(?::${ID})?)*$`);
const DATE = /^\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4}$/i;
const DATE_TIME = /^[ \d]\d-[a-z]{3}-\d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/i;
const SYSTEM_FLAGS = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];

/**
 * Reads a command, one grammar element at a time. The client's `Cursor` accepts whatever servers
 * send; this one accepts only what RFC 3501 allows, and everything else is answered with BAD.
 */
export class Arguments {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = 0;

  readonly #utf8: boolean;

  /**
   * A whole command, including its last line end. With `utf8`, quoted strings and folder names are
   * UTF-8 (RFC 9755).
   */
  constructor(command: Uint8Array, utf8 = false) {
    this.#bytes = command;
    this.#utf8 = utf8;
    // A line without CRLF fails where its end is expected.
    this.#end = decodeAscii(command, command.length - 2) === "\r\n"
      ? command.length - 2
      : command.length;
  }

  /** A reader of the same command that begins where this one is. */
  fork(): Arguments {
    const fork = new Arguments(this.#bytes, this.#utf8);
    fork.#at = this.#at;
    return fork;
  }

  /** Reads the tag at the beginning. */
  tag(): string {
    return this.#run(TAG, "a tag");
  }

  /** Reads a space. */
  sp(): this {
    return this.expect(SP);
  }

  /** Reads the end. */
  end(): void {
    if (this.#at < this.#end) throw bad("unexpected text behind the arguments");
  }

  /** The next byte; -1 at the end. */
  peek(): number {
    return this.#at < this.#end ? this.#bytes[this.#at] : -1;
  }

  /** Takes this byte if it comes next; returns whether it did. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.#at++;
    return true;
  }

  /** Takes this byte; it must come next. */
  expect(byte: number): this {
    if (!this.take(byte)) throw bad(`expected "${String.fromCharCode(byte)}"`);
    return this;
  }

  /** Reads an atom. */
  atom(): string {
    return this.#run(ATOM, "an atom");
  }

  /** Reads an atom and returns it in upper case. */
  keyword(): string {
    return this.atom().toUpperCase();
  }

  /** Whether an expression matches here. It must begin with `^`. */
  ahead(expression: RegExp): boolean {
    return expression.test(this.#rest());
  }

  /** Reads what an expression matches here. It must begin with `^`. */
  match(expression: RegExp, what: string): RegExpExecArray {
    const match = expression.exec(this.#rest());
    if (match === null) throw bad(`expected ${what}`);
    this.#at += match[0].length;
    return match;
  }

  /** The bytes that come next, as text. Expressions are for short elements only. */
  #rest(): string {
    return decodeAscii(this.#bytes, this.#at, Math.min(this.#end, this.#at + LOOK_AHEAD));
  }

  /** Reads NIL. */
  nil(): void {
    this.match(/^NIL/i, "NIL");
  }

  /** Whether a string comes next. */
  get atString(): boolean {
    return this.peek() === DQUOTE || this.peek() === LBRACE;
  }

  /** Reads a whole number, zero or more. */
  number(): number {
    const text = this.atom();
    if (!NUMBER.test(text)) throw bad("expected a number");
    return Number(text);
  }

  /** Reads a parameter of an extension, such as `(CHANGEDSINCE 12)`, and returns its number. */
  modifier(name: string): number {
    this.expect(LPAREN);
    if (this.keyword() !== name) throw bad(`expected ${name}`);
    const value = this.sp().number();
    this.expect(RPAREN);
    return value;
  }

  /** Reads a string, quoted or as a literal, and returns its bytes. */
  string(): Uint8Array {
    if (this.peek() === DQUOTE) return this.#quoted();
    if (this.peek() === LBRACE) return this.literal();
    throw bad("expected a string");
  }

  /** Reads a string or an atom and returns its bytes. */
  astring(): Uint8Array {
    if (this.atString) return this.string();
    const start = this.#at;
    this.#run(ASTRING, "a string or an atom");
    return this.#bytes.subarray(start, this.#at);
  }

  /** Reads a string or an atom and returns its text. */
  text(): string {
    return decodeUtf8(this.astring());
  }

  /** The length of the literal that comes next. Its content need not be there yet. */
  get literalSize(): number {
    const match = /^\{(\d+)\+?\}/.exec(this.#rest());
    if (match === null) throw bad("expected a literal");
    return Number(match[1]);
  }

  /**
   * Reads a literal and returns its bytes. Only a `binary` one (literal8, RFC 3516) may hold a NUL.
   */
  literal(kind?: "binary"): Uint8Array {
    const [head, size] = this.match(/^\{(\d+)\+?\}\r\n/, "a literal");
    const start = this.#at;
    // Only the head of a command, which is checked before its literal arrives, can end here.
    if (start + Number(size) > this.#end) throw bad(`the literal ${head.trim()} is cut short`);
    this.#at += Number(size);
    const bytes = this.#bytes.subarray(start, this.#at);
    if (kind !== "binary" && bytes.includes(0)) throw bad("a literal can't hold a NUL");
    return bytes;
  }

  /** Reads a folder's name. */
  mailbox(): string {
    return this.#folderName(this.astring());
  }

  /** Reads a folder's name in which `*` and `%` are wildcards. */
  listMailbox(): string {
    if (this.atString) return this.#folderName(this.string());
    return this.#folderName(this.#bytes.subarray(this.#at, this.#skip(LIST, "a pattern")));
  }

  /** Reads a set of sequence numbers or UIDs, or `$` for the saved result of a search. */
  sequenceSet(): MessageSet {
    if (this.take(DOLLAR)) return "$";
    const text = this.#run(SEQUENCE_SET, "a set of message numbers");
    if (!SET.test(text)) throw bad("not a set of message numbers");
    try {
      return NumberSet.from(text);
    } catch {
      throw bad("a message number that is too large");
    }
  }

  /** Whether a set of message numbers may begin here. */
  get atSequenceSet(): boolean {
    const byte = this.peek();
    return byte === STAR || byte === DOLLAR || byte > 48 && byte < 58;
  }

  /** Reads a flag that clients may set; `\Recent` is not one of them. */
  flag(): string {
    if (!this.take(BACKSLASH)) return this.atom();
    const name = `\\${this.atom()}`;
    const flag = SYSTEM_FLAGS.find((known) => known.toLowerCase() === name.toLowerCase());
    if (flag === undefined) throw bad(`${name} can't be stored`);
    return flag;
  }

  /** Reads flags in parentheses. */
  flagList(): string[] {
    const flags: string[] = [];
    this.list(() => flags.push(this.flag()), "empty");
    return flags;
  }

  /** Reads a calendar date, quoted or not; the result is midnight UTC. */
  date(): Date {
    const text = decodeAscii(this.peek() === DQUOTE ? this.string() : this.astring());
    const date = DATE.test(text) ? parseDate(`${text} 00:00`) : null;
    if (date === null) throw bad("expected a date");
    return date;
  }

  /** Reads a quoted date with time and zone. */
  dateTime(): ZonedDate {
    const text = decodeAscii(this.#quoted());
    const date = DATE_TIME.test(text) ? parseDate(text) : null;
    if (date === null) throw bad("expected a date and time");
    return date;
  }

  /**
   * Reads a list in parentheses with single spaces between its items. It may have no items if
   * `empty` is given.
   */
  list(item: () => void, empty?: "empty"): void {
    this.expect(LPAREN);
    if (empty && this.take(RPAREN)) return;
    do item(); while (this.take(SP));
    this.expect(RPAREN);
  }

  #run(kind: number, what: string): string {
    const start = this.#at;
    return decodeAscii(this.#bytes, start, this.#skip(kind, what));
  }

  /** Skips a run of bytes of one kind, at least one, and returns its end. */
  #skip(kind: number, what: string): number {
    const start = this.#at;
    while (this.#at < this.#end && (CLASSES[this.#bytes[this.#at]] & kind) !== 0) this.#at++;
    if (this.#at === start) throw bad(`expected ${what}`);
    return this.#at;
  }

  #quoted(): Uint8Array {
    this.expect(DQUOTE);
    const content: number[] = [];
    for (;;) {
      let byte = this.peek();
      if (byte <= 0 || byte > 127 && !this.#utf8 || byte === CR || byte === LF) {
        throw bad("a quoted string without end, or not of ASCII");
      }
      this.#at++;
      if (byte === DQUOTE) return Uint8Array.from(content);
      if (byte === BACKSLASH) {
        byte = this.peek();
        if (byte !== DQUOTE && byte !== BACKSLASH) throw bad("a backslash that escapes nothing");
        this.#at++;
      }
      content.push(byte);
    }
  }

  #folderName(bytes: Uint8Array): string {
    if (this.#utf8) {
      const name = tryUtf8(bytes);
      if (name === null) throw bad("a name must be in UTF-8");
      return name;
    }
    const name = decodeUtf7(bytes);
    if (encodeUtf7(name) !== decodeAscii(bytes)) {
      throw no("a name must be in modified UTF-7", "CANNOT");
    }
    return name;
  }
}
