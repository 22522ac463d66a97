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

/** Bytes that end an atom even in lenient reading. */
const ATOM_END = new Uint8Array(256);
for (const byte of [TAB, LF, CR, SP, DQUOTE, LPAREN, RPAREN]) ATOM_END[byte] = 1;

/** Bytes that plain text does not have: controls, non-ASCII bytes, and the `?` of encoded words. */
const SPECIAL = new Uint8Array(256).fill(1, 0, SP).fill(1, 127);
SPECIAL[QUESTION] = 1;

/**
 * Reads one response from its bytes, one grammar element at a time. A method that reads an element
 * has its name from RFC 9051 section 9, and moves past it. Reading is lenient where that is safe:
 * about case, runs of white space, and characters that do not belong in an atom. What can't be read
 * throws {@linkcode ProtocolError}.
 */
export class Cursor {
  /** The bytes that are read. */
  bytes: Uint8Array = NOTHING;
  /** The index of the next byte. */
  at = 0;
  /** The index after the last byte. */
  end = 0;
  /**
   * How text is decoded.
   *
   * @internal
   */
  readonly decoding: Decoding;
  /**
   * The bytes of the last text whose charset had to be guessed.
   *
   * @internal
   */
  octets: Uint8Array | null = null;
  #highestModseq: bigint | null = null;
  #detached: readonly DetachedLiteral[] = NONE;
  readonly #limits: Limits;
  #nextDetached = 0;
  #depth = 0;
  #texts: TextWindow | null = null;
  #escaped = false;
  /** From here on, no bracket is closed. */
  #unclosed = Infinity;
  /** Whether a bracket that is not closed is an error. */
  bracketsClose = false;

  /** A cursor with nothing to read yet. */
  constructor(limits: Limits = DEFAULT_LIMITS, decoding: Decoding = DEFAULT_DECODING) {
    this.#limits = limits;
    this.decoding = decoding;
  }

  /** Moves to the start of another response. */
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

  /** Releases the memory of the last response. */
  forget(): void {
    this.bytes = NOTHING;
    this.end = 0;
    this.#detached = NONE;
    this.#texts = null;
    this.octets = null;
  }

  /** Notes the mod-sequence of a message. */
  noteModseq(modseq: bigint): void {
    const known = this.#highestModseq;
    if (known === null || modseq > known) this.#highestModseq = modseq;
  }

  /** The highest mod-sequence that was noted since this was last called; `null` if none was. */
  takeHighestModseq(): bigint | null {
    const highest = this.#highestModseq;
    if (highest !== null) this.#highestModseq = null;
    return highest;
  }

  /** A cursor over the caller's bytes or ASCII text. */
  static over(data: Uint8Array | string, limits: Limits = DEFAULT_LIMITS): Cursor {
    const bytes = typeof data === "string" ? encodeUtf8(data) : data;
    return new Cursor(limits).begin({ bytes, start: 0, end: bytes.length, detached: NONE });
  }

  /** Whether nothing is left. */
  get done(): boolean {
    return this.at >= this.end;
  }

  /** Whether `bytes` has all of the response; large literals are kept elsewhere. */
  get isWhole(): boolean {
    return this.#detached.length === 0;
  }

  /** The next byte, or -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at] : -1;
  }

  /** The next bytes as text, for an error message. */
  rest(): string {
    return decodeAscii(this.bytes, this.at, Math.min(this.end, this.at + 60));
  }

  /** The rest of the response as text. */
  toEnd(): string {
    const { bytes, at, end } = this;
    let all = 0;
    for (let i = at; i < end; i++) all |= bytes[i];
    return all < 128 ? this.#texts!.ascii(bytes, at, end) : decodeLoosely(bytes, at, end);
  }

  /** An error that says what is wrong here. */
  error(what: string): ProtocolError {
    return new ProtocolError(`${visible(what)} before "${visible(this.rest())}"`);
  }

  /** Skips white space, if there is any. */
  space(): this {
    this.next();
    return this;
  }

  /** Skips white space, if there is any, and returns the next byte, or -1 at the end. */
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

  /** Takes this byte if it is next, and returns whether it was. */
  take(byte: number): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** Takes these bytes if they are next, and returns whether they were. */
  takeAll(wanted: Uint8Array): boolean {
    const { bytes, at } = this;
    const after = at + wanted.length;
    if (after > this.end) return false;
    for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
    this.at = after;
    return true;
  }

  /** Takes this byte, which must be next. */
  expect(byte: number): this {
    if (!this.take(byte)) throw this.error(`expected "${String.fromCharCode(byte)}"`);
    return this;
  }

  /** Takes the bytes between two indexes if they come again here, and returns whether they do. */
  repeats(start: number, end: number): boolean {
    const { bytes, at } = this;
    const after = at + end - start;
    if (!this.isWhole || after > this.end) return false;
    if (bytes[at] !== bytes[start] || bytes[after - 1] !== bytes[end - 1]) return false;
    for (let i = 1; i < end - start; i++) if (bytes[start + i] !== bytes[at + i]) return false;
    this.at = after;
    return true;
  }

  /**
   * Whether the text since `start` is plain: nothing in it is encoded, and no byte is a control.
   */
  isPlainSince(start: number): boolean {
    const { bytes, at } = this;
    let special = 0;
    for (let i = start; i < at; i++) special |= SPECIAL[bytes[i]];
    return special === 0;
  }

  /** The text up to and with the next `ending`, or `""` if that is not near. Takes nothing. */
  through(ending: string): string {
    const { bytes, at } = this;
    if (!this.isWhole) return "";
    const place = this.#texts!.find(ending, bytes, at);
    const after = place + ending.length;
    return place >= 0 && after <= this.end ? this.#texts!.ascii(bytes, at, after) : "";
  }

  /** An atom: everything up to white space, a parenthesis or a quote that is not in brackets. */
  atom(): string {
    const { bytes, at } = this;
    this.#skipAtom();
    if (this.at === at) throw this.error("expected an atom");
    return decodeLoosely(bytes, at, this.at);
  }

  /** A word: like an atom, but brackets are ordinary, as in names (`ASTRING-CHAR`) and flags. */
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

  /** The index of the closing bracket; `at` if there is none, since `[` may be part of an atom. */
  #bracketEnd(at: number): number {
    let i = at;
    while (i < this.end && this.bytes[i] !== RBRACKET) i++;
    if (i < this.end) return i;
    if (this.bracketsClose) throw this.error("No closing ']'");
    this.#unclosed = at;
    return at;
  }

  /** Digits whose value a `number` holds exactly. */
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
    if (value > Number.MAX_SAFE_INTEGER) throw this.error("the number is too large");
    this.at = i;
    return value;
  }

  /** One number or more with single spaces between; there may be very many. */
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
      if (value > Number.MAX_SAFE_INTEGER) throw this.error("the number is too large");
      into.push(value);
      this.at = i;
      if (i === end || bytes[i] !== SP) return;
      i++;
    }
  }

  /** Digits with a gap after them; for anything else `null`, and nothing is taken. */
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

  /** Up to 20 digits, as a mod-sequence may have (RFC 7162 section 7). */
  bigNumber(): bigint {
    const start = this.at;
    while (isDigit(this.peek())) this.at++;
    if (this.at === start) throw this.error("expected a number");
    if (this.at - start > 20) throw this.error("the number is too large");
    return BigInt(decodeAscii(this.bytes, start, this.at));
  }

  /** Takes `NIL`, in any case, if it is next, and returns whether it was. */
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

  /** A string or `NIL`, as text. Numbers and unquoted words pass too, since servers send them. */
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
    // The common case: ASCII without escapes.
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

  /** Moves past a quoted string and returns the index of its closing quote. */
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
    // An atom may begin with `{` too: a literal also has digits, a brace and a line end.
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

  /** The bytes of a literal, or the sink that has taken them. */
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
    // A view keeps all of the memory alive, so it must be most of that; else this is a copy.
    return size * 4 >= this.bytes.buffer.byteLength
      ? this.bytes.subarray(start, this.at)
      : this.bytes.slice(start, this.at);
  }

  #literalText(): string {
    const bytes = this.literal();
    return this.#text(bytes, 0, bytes.length);
  }

  /** Takes the `(` of a list; {@linkcode more} then tells whether an item follows. */
  open(): this {
    return this.expect(LPAREN).enter();
  }

  /**
   * Whether another item follows in a list of which `count` items are read; takes the `)` if none
   * does. The depth and the number of items are bounded.
   */
  more(count: number): boolean {
    const byte = this.next();
    if (byte === RPAREN) {
      this.at++;
      this.leave();
      return false;
    }
    if (byte < 0) throw this.error("a list that does not end");
    if (count >= this.#limits.items) throw this.error("a list with too many items");
    return true;
  }

  /** Reads a list in parentheses: calls `item` for each item, which must read it. */
  list(item: () => void): void {
    this.open();
    for (let count = 0; this.more(count); count++) item();
  }

  /** A list begins within another; throws if that is too deep. */
  enter(): this {
    if (++this.#depth > this.#limits.nesting) {
      throw new ProtocolError(`lists nested deeper than ${this.#limits.nesting}`);
    }
    return this;
  }

  /** A list has ended. */
  leave(): void {
    this.#depth--;
  }

  /** The next value, of whatever kind it is. */
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

  /** All remaining values. */
  values(): readonly ImapValue[] {
    const values: ImapValue[] = [];
    while (!this.space().done) values.push(this.value());
    return values;
  }

  /**
   * Moves past the value that starts at `from`, even from within it, so that reading can continue
   * after a malformed item. Without `quotes`, a quotation mark in it is an ordinary character.
   */
  skipFrom(from: number, quotes = true): void {
    this.at = from;
    this.#depth = 0;
    this.#nextDetached = this.#detached.findIndex((literal) => literal.offset > from);
    if (this.#nextDetached < 0) this.#nextDetached = this.#detached.length;
    this.#skip(quotes);
  }

  /**
   * The kinds of up to `most` next items of this list, one letter each: `s` for a string, `n` for a
   * number, `0` for `NIL`, `l` for a list. Takes nothing, and does not look into lists.
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
      if (!(error instanceof ProtocolError)) throw error; // a malformed item ends the kinds
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

  /** Moves past the next value. */
  #skip(quotes: boolean): void {
    let depth = 0;
    do {
      const byte = this.next();
      if (byte < 0) throw this.error("a value that does not end");
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

  /** Whether white space, the end of the list or the end of the response is next. */
  atGap(): boolean {
    const byte = this.peek();
    return byte !== LPAREN && byte !== DQUOTE && (byte < 0 || ATOM_END[byte] === 1);
  }
}

/** At most 20 digits without a leading zero: `0123` is text, as in the name of a folder. */
const NUMBER = /^(?:0|[1-9][0-9]{0,19})$/;

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === TAB || byte === CR || byte === LF;
}

/** Resolves `\"` and `\\`. Any other backslash stays, since it was not meant as an escape. */
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
