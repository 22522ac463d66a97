import { ProtocolError } from "../model/errors.ts";
import {
  BACKSLASH,
  CR,
  decodeAscii,
  decodeLoosely,
  DQUOTE,
  encodeUtf8,
  HYPHEN,
  LBRACE,
  LBRACKET,
  LF,
  LPAREN,
  NINE,
  PLUS,
  QUESTION,
  RBRACE,
  RBRACKET,
  RPAREN,
  SP,
  TAB,
  TILDE,
  ZERO,
} from "../util/bytes.ts";
import { type Decoding, DEFAULT_DECODING } from "./decoding.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import type { ImapValue, LiteralSink } from "../model/values.ts";
import type { DetachedLiteral, Frame } from "./reader.ts";
import { visible } from "../model/text.ts";
import { TextWindow } from "./text_window.ts";

const NOTHING = new Uint8Array(0);
const NONE: readonly DetachedLiteral[] = [];

/** Bytes that end an atom, however lenient one is. */
const ATOM_END = new Uint8Array(256);
for (const byte of [TAB, LF, CR, SP, DQUOTE, LPAREN, RPAREN]) ATOM_END[byte] = 1;

/** Bytes that stand in no text that is plain: controls, those beyond ASCII, `?` of encoded words. */
const SPECIAL = new Uint8Array(256).fill(1, 0, SP).fill(1, 127);
SPECIAL[QUESTION] = 1;

/**
 * Reads one response from its bytes, a grammar element at a time; each method carries the name
 * that RFC 9051 section 9 gives the element, takes it and moves behind it. Lenient where that is
 * safe: case, runs of white space, characters that do not belong into an atom. What can't be
 * read throws {@linkcode ProtocolError}.
 */
export class Cursor {
  /** The bytes that are read. */
  bytes: Uint8Array = NOTHING;
  /** The place of the next byte. */
  at = 0;
  /** Behind the last byte. */
  end = 0;
  /**
   * How text is decoded.
   *
   * @internal
   */
  readonly decoding: Decoding;
  /**
   * The bytes of the last text of which the charset had to be guessed.
   *
   * @internal
   */
  octets: Uint8Array | null = null;
  #detached: readonly DetachedLiteral[] = NONE;
  readonly #limits: Limits;
  #nextDetached = 0;
  #depth = 0;
  #texts: TextWindow | null = null;
  #escaped = false;
  /** From here on no bracket closes. */
  #unclosed = Infinity;
  /** Whether a bracket that does not close is an error. */
  bracketsClose = false;

  /** A cursor over nothing yet. */
  constructor(limits: Limits = DEFAULT_LIMITS, decoding: Decoding = DEFAULT_DECODING) {
    this.#limits = limits;
    this.decoding = decoding;
  }

  /** Goes to the start of a response; what was read before does not matter any more. */
  begin({ bytes, start, end, detached, texts }: Frame): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.#detached = detached;
    this.#nextDetached = 0;
    this.#depth = 0;
    this.#unclosed = Infinity;
    this.#texts = texts ?? new TextWindow();
    return this;
  }

  /** Lets go of what was read. */
  forget(): void {
    this.bytes = NOTHING;
    this.end = 0;
    this.#detached = NONE;
    this.#texts = null;
    this.octets = null;
  }

  /** A cursor over bytes, or ASCII text, of the caller's own. */
  static over(data: Uint8Array | string, limits: Limits = DEFAULT_LIMITS): Cursor {
    const bytes = typeof data === "string" ? encodeUtf8(data) : data;
    return new Cursor(limits).begin({ bytes, start: 0, end: bytes.length, detached: NONE });
  }

  /** Whether nothing is left. */
  get done(): boolean {
    return this.at >= this.end;
  }

  /** Whether all that is read stands in the bytes; of a large literal, they stand elsewhere. */
  get isWhole(): boolean {
    return this.#detached.length === 0;
  }

  /** The next byte, or -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at] : -1;
  }

  /** What is left, as text for a message. */
  rest(): string {
    return decodeAscii(this.bytes, this.at, Math.min(this.end, this.at + 60));
  }

  /** All that is left, as text. */
  toEnd(): string {
    const { bytes, at, end } = this;
    let all = 0;
    for (let i = at; i < end; i++) all |= bytes[i];
    return all < 128 ? this.#texts!.ascii(bytes, at, end) : decodeLoosely(bytes, at, end);
  }

  /** A failure at this place. */
  error(what: string): ProtocolError {
    return new ProtocolError(`${visible(what)} before "${visible(this.rest())}"`);
  }

  /** Skips white space, if there is any. */
  space(): this {
    this.next();
    return this;
  }

  /** Skips white space, if there is any, and gives the next byte, or -1 at the end. */
  next(): number {
    const { bytes, end } = this;
    for (let i = this.at; i < end; i++) {
      const byte = bytes[i];
      if (byte > SP || !isSpace(byte)) {
        this.at = i;
        return byte;
      }
    }
    this.at = end;
    return -1;
  }

  /** Takes this byte if it comes next, and says whether it did. */
  take(byte: number): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** Takes these bytes if they come next, and says whether they did. */
  takeAll(wanted: Uint8Array): boolean {
    const { bytes, at } = this;
    const behind = at + wanted.length;
    if (behind > this.end) return false;
    for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
    this.at = behind;
    return true;
  }

  /** Takes this byte, which must come next. */
  expect(byte: number): this {
    if (!this.take(byte)) throw this.error(`expected "${String.fromCharCode(byte)}"`);
    return this;
  }

  /** Whether what stands between two places comes again here, and if so moves behind it. */
  repeats(start: number, end: number): boolean {
    const { bytes, at } = this;
    const behind = at + end - start;
    if (!this.isWhole || behind > this.end) return false;
    if (bytes[at] !== bytes[start] || bytes[behind - 1] !== bytes[end - 1]) return false;
    for (let i = 1; i < end - start; i++) if (bytes[start + i] !== bytes[at + i]) return false;
    this.at = behind;
    return true;
  }

  /** Whether all since `start` is text that says what it means: nothing encoded, no controls. */
  isPlainSince(start: number): boolean {
    const { bytes, at } = this;
    let special = 0;
    for (let i = start; i < at; i++) special |= SPECIAL[bytes[i]];
    return special === 0;
  }

  /** The text up to the next `ending`, with it; `""` where that is not near. Takes nothing. */
  through(ending: string): string {
    const { bytes, at } = this;
    if (!this.isWhole) return "";
    const place = this.#texts!.find(ending, bytes, at);
    const behind = place + ending.length;
    return place >= 0 && behind <= this.end ? this.#texts!.ascii(bytes, at, behind) : "";
  }

  /** An atom: everything up to white space, a parenthesis or a quote; brackets hold together. */
  atom(): string {
    const { bytes, at } = this;
    this.#skipAtom();
    if (this.at === at) throw this.error("expected an atom");
    return decodeLoosely(bytes, at, this.at);
  }

  /** A word: as an atom, but a bracket means nothing, as in names (`ASTRING-CHAR`) and flags. */
  word(): string {
    const { bytes, end, at } = this;
    let i = at;
    let all = 0;
    for (; i < end && ATOM_END[bytes[i]] === 0; i++) all |= bytes[i];
    if (i === at) throw this.error("expected a word");
    this.at = i;
    return all < 128 ? this.#texts!.ascii(bytes, at, i) : this.#text(bytes, at, i);
  }

  /** An atom in upper case. */
  keyword(): string {
    return this.atom().toUpperCase();
  }

  #skipAtom(): void {
    const { bytes, end } = this;
    let i = this.at;
    for (; i < end && ATOM_END[bytes[i]] === 0; i++) {
      if (bytes[i] === LBRACKET && i < this.#unclosed) i = this.#bracketEnd(i);
    }
    if (i < end && bytes[i] === DQUOTE && i > this.at) throw this.error("a quote within an atom");
    this.at = i;
  }

  /** Where the bracket at `at` closes; `at` itself where none does, as one may stand in an atom. */
  #bracketEnd(at: number): number {
    let i = at;
    while (i < this.end && this.bytes[i] !== RBRACKET) i++;
    if (i < this.end) return i;
    if (this.bracketsClose) throw this.error("No closing ']'");
    this.#unclosed = at;
    return at;
  }

  /** Digits that a `number` holds exactly. */
  number(): number {
    const { bytes, end } = this;
    const start = this.at;
    let value = 0;
    let i = start;
    for (; i < end; i++) {
      const digit = bytes[i] - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (i === start) throw this.error("expected a number");
    if (value > Number.MAX_SAFE_INTEGER) throw this.error("a number that is too large");
    this.at = i;
    return value;
  }

  /** Numbers, at least one, as long as they stand a space apart; there may be very many. */
  numbers(into: number[]): void {
    const { bytes, end } = this;
    let i = this.at;
    for (;;) {
      const start = i;
      let value = 0;
      for (; i < end; i++) {
        const digit = bytes[i] - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      if (i === start) return;
      if (value > Number.MAX_SAFE_INTEGER) throw this.error("a number that is too large");
      into.push(value);
      this.at = i;
      if (i === end || bytes[i] !== SP) return;
      i++;
    }
  }

  /** A number with nothing else behind its digits; `null`, with nothing taken, for anything else. */
  numberAlone(): number | null {
    const { bytes, at } = this;
    let value = 0;
    let i = at;
    for (; i < this.end && isDigit(bytes[i]); i++) value = value * 10 + bytes[i] - ZERO;
    this.at = i;
    if (i > at && value <= Number.MAX_SAFE_INTEGER && this.atGap()) return value;
    this.at = at;
    return null;
  }

  /** Digits of any length, as a mod-sequence may have (RFC 7162 section 7). */
  bigNumber(): bigint {
    const start = this.at;
    while (isDigit(this.peek())) this.at++;
    if (this.at === start) throw this.error("expected a number");
    if (this.at - start > 20) throw this.error("a number that is too large");
    return BigInt(decodeAscii(this.bytes, start, this.at));
  }

  /** Whether `NIL` comes next, in any case, and if so takes it. */
  nil(): boolean {
    const { bytes, at } = this;
    if (
      at + 3 > this.end || (bytes[at] | 32) !== 110 || (bytes[at + 1] | 32) !== 105 ||
      (bytes[at + 2] | 32) !== 108 || (at + 3 < this.end && ATOM_END[bytes[at + 3]] === 0)
    ) return false;
    this.at += 3;
    return true;
  }

  /** A string or an atom, as text. */
  astring(): string {
    const byte = this.peek();
    if (byte === DQUOTE) return this.quoted();
    if (this.literalNext()) return this.#literalText();
    return this.word();
  }

  /** A string, an atom or `NIL`, as text; numbers and unquoted words pass, as servers send them. */
  nstring(): string | null {
    if (this.peek() === DQUOTE) return this.quoted();
    return this.nil() ? null : this.astring();
  }

  /** The bytes of a string or an atom. */
  astringBytes(): Uint8Array {
    if (this.literalNext()) return this.literal();
    if (this.peek() === DQUOTE) return this.#quotedBytes();
    const start = this.at;
    this.word();
    return this.bytes.slice(start, this.at);
  }

  /** The bytes of a string, or `null` for `NIL`. */
  nstringBytes(): Uint8Array | null {
    return this.nil() ? null : this.astringBytes();
  }

  /** A quoted string, its quotes and escapes resolved. */
  quoted(): string {
    const { bytes, end, at } = this;
    // What most strings are: ASCII with nothing to resolve.
    const texts = this.#texts!;
    const plain = bytes[at] === DQUOTE ? texts.quoted(bytes, at + 1) : null;
    if (plain !== null && texts.quote < end) {
      this.at = texts.quote + 1;
      return plain;
    }
    const start = at + 1;
    const close = this.#skipQuoted();
    if (!this.#escaped) return this.#text(bytes, start, close);
    const resolved = unescape(bytes.subarray(start, close));
    return this.#text(resolved, 0, resolved.length);
  }

  #text(bytes: Uint8Array, start: number, end: number): string {
    return decodeLoosely(bytes, start, end, this.#guess);
  }

  readonly #guess = (bytes: Uint8Array): string => {
    this.octets = bytes;
    return this.decoding.mail.guess(bytes);
  };

  #quotedBytes(): Uint8Array {
    const start = this.at + 1;
    const end = this.#skipQuoted();
    const bytes = this.bytes.slice(start, end);
    return this.#escaped ? unescape(bytes) : bytes;
  }

  /** Moves behind a quoted string; gives the place of its closing quote. */
  #skipQuoted(): number {
    const { bytes, end } = this;
    this.expect(DQUOTE);
    this.#escaped = false;
    for (let i = this.at; i < end; i++) {
      const byte = bytes[i];
      if (byte === DQUOTE) {
        this.at = i + 1;
        return i;
      }
      if (byte === BACKSLASH) {
        this.#escaped = true;
        i++;
      }
    }
    this.at--;
    throw this.error("No closing quote");
  }

  /** Whether a literal, or a literal8 (RFC 3516), comes next. */
  literalNext(): boolean {
    const byte = this.peek();
    if (byte !== LBRACE && !(byte === TILDE && this.bytes[this.at + 1] === LBRACE)) return false;
    // `{` may begin an atom too: only digits, a brace and a line end make it a literal.
    let i = this.at + (byte === TILDE ? 2 : 1);
    const digits = i;
    while (i < this.end && isDigit(this.bytes[i])) i++;
    if (i === digits) return false;
    if (this.bytes[i] === PLUS) i++;
    return this.bytes[i] === RBRACE && i + 1 < this.bytes.length &&
      (this.bytes[i + 1] === CR || this.bytes[i + 1] === LF);
  }

  /** The bytes of a literal that was held in memory. */
  literal(): Uint8Array {
    const value = this.literalOrSink();
    if (value instanceof Uint8Array) return value;
    throw this.error("a literal that was streamed elsewhere");
  }

  /** The bytes of a literal, or the sink that took them. */
  literalOrSink(): Uint8Array | LiteralSink {
    this.take(TILDE);
    const size = this.expect(LBRACE).number();
    this.take(PLUS);
    this.expect(RBRACE).take(CR);
    this.expect(LF);
    const detached = this.#detached[this.#nextDetached];
    if (detached !== undefined && detached.offset === this.at) {
      this.#nextDetached++;
      return detached.value;
    }
    const start = this.at;
    const there = Math.min(size, this.end - start);
    if (there < size) throw this.error(`expected a literal of size ${size}, got ${there}`);
    this.at += size;
    // A view where it is most of the memory that it holds on to, else a copy.
    return size * 4 >= this.bytes.buffer.byteLength
      ? this.bytes.subarray(start, this.at)
      : this.bytes.slice(start, this.at);
  }

  #literalText(): string {
    const bytes = this.literal();
    return this.#text(bytes, 0, bytes.length);
  }

  /** Moves behind the `(` that begins a list; {@linkcode more} then tells whether it goes on. */
  open(): this {
    return this.expect(LPAREN).enter();
  }

  /**
   * Whether another item comes in a list of which `count` were read; takes the `)` where none does.
   * The depth and the number of items are bounded.
   */
  more(count: number): boolean {
    const byte = this.next();
    if (byte === RPAREN) {
      this.at++;
      this.leave();
      return false;
    }
    if (byte < 0) throw this.error("a list without end");
    if (count >= this.#limits.items) throw this.error("a list with too many items");
    return true;
  }

  /** Reads a parenthesised list: calls `item`, which reads one, for every element. */
  list(item: () => void): void {
    this.open();
    for (let count = 0; this.more(count); count++) item();
  }

  /** A list went one deeper; throws where that is too deep. */
  enter(): this {
    if (++this.#depth > this.#limits.nesting) {
      throw new ProtocolError(`lists nested deeper than ${this.#limits.nesting}`);
    }
    return this;
  }

  /** A list came to its end. */
  leave(): void {
    this.#depth--;
  }

  /** The value that comes next, whatever it is. */
  value(): ImapValue {
    const byte = this.next();
    if (byte === LPAREN) return this.#listValue();
    if (byte === DQUOTE) return this.quoted();
    if (this.literalNext()) return this.literal();
    if (this.nil()) return null;
    const atom = this.atom();
    if (!isDigit(byte) || !NUMBER.test(atom)) return atom;
    const number = Number(atom);
    return number <= Number.MAX_SAFE_INTEGER ? number : BigInt(atom);
  }

  #listValue(): readonly ImapValue[] {
    const start = this.at;
    const items: ImapValue[] = [];
    try {
      this.list(() => items.push(this.value()));
    } catch (error) {
      if (!this.done || !(error instanceof ProtocolError)) throw error;
      const list = decodeAscii(this.bytes, start, Math.min(this.end, start + 60));
      throw new ProtocolError(`Tuple incomplete before ${JSON.stringify(list)}`);
    }
    return items;
  }

  /** All values that are left. */
  values(): readonly ImapValue[] {
    const values: ImapValue[] = [];
    while (!this.space().done) values.push(this.value());
    return values;
  }

  /**
   * Moves behind the value that starts at `from`, whatever it holds, and forgets what was being
   * read inside it: how reading goes on behind an item that makes no sense. Without `quotes`, a
   * quotation mark in it is a character like any other.
   */
  skipFrom(from: number, quotes = true): void {
    this.at = from;
    this.#depth = 0;
    this.#nextDetached = this.#detached.findIndex((literal) => literal.offset > from);
    if (this.#nextDetached < 0) this.#nextDetached = this.#detached.length;
    this.#skip(quotes);
  }

  /**
   * What comes next in this list, a letter for each value, `most` at the most: `s` for a string,
   * `n` for a number, `0` for `NIL`, `l` for a list. Takes nothing, and looks into no list.
   */
  kinds(most: number): string {
    const [at, nextDetached] = [this.at, this.#nextDetached];
    let kinds = "";
    try {
      while (kinds.length < most && this.next() !== RPAREN && this.at < this.end) {
        kinds += this.#kind();
        if (kinds.length < most) this.#skip(true);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error; // what can't be skipped ends it
    }
    this.at = at;
    this.#nextDetached = nextDetached;
    return kinds;
  }

  #kind(): string {
    const { bytes, at } = this;
    if (bytes[at] === LPAREN) return "l";
    if (isDigit(bytes[at]) || bytes[at] === HYPHEN && isDigit(bytes[at + 1])) return "n";
    const isNil = this.nil();
    this.at = at;
    return isNil ? "0" : "s";
  }

  /** Moves behind the value that comes next. */
  #skip(quotes: boolean): void {
    let depth = 0;
    do {
      const byte = this.next();
      if (byte < 0) throw this.error("a value without end");
      if (byte === RPAREN && depth === 0) return; // there is no value
      if (byte === LPAREN || byte === RPAREN) {
        depth += byte === LPAREN ? 1 : -1;
        this.at++;
        if (depth === 0) return;
      } else if (byte === DQUOTE) {
        if (quotes) this.#skipQuoted();
        else this.at++;
      } else if (this.literalNext()) this.literalOrSink();
      else while (this.at < this.end && ATOM_END[this.bytes[this.at]] === 0) this.at++;
    } while (depth > 0 || !this.atGap());
  }

  /** Whether white space, the end of a list or of everything comes next. */
  atGap(): boolean {
    const byte = this.peek();
    return byte !== LPAREN && byte !== DQUOTE && (byte < 0 || ATOM_END[byte] === 1);
  }
}

/** A number has no leading zero: `0123` is text (a folder may be called so); nor has it 21 digits. */
const NUMBER = /^(?:0|[1-9][0-9]{0,19})$/;

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === TAB || byte === CR || byte === LF;
}

/** Resolves `\"` and `\\`; any other backslash stays, as it was not meant to escape. */
function unescape(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const next = bytes[i + 1];
    if (bytes[i] === BACKSLASH && (next === DQUOTE || next === BACKSLASH)) i++;
    plain[length++] = bytes[i];
  }
  return plain.subarray(0, length);
}
