// The grammar elements of a command, read strictly and without any of the client's own code.

import { Buffer } from "node:buffer";

/** What a server has offered or enabled, as far as it changes what a client may send. */
export interface Allowed {
  /** Up to this size a literal may be sent without asking (RFC 7888); -1: never. */
  readonly nonSynchronising: number;
  /** Quoted strings may hold UTF-8, and folder names are UTF-8 (RFC 6855). */
  readonly utf8: boolean;
  /** Folder names must be in modified UTF-7, unless they are UTF-8. */
  readonly folderEncode: boolean;
  /** The criteria of a search need not make sense: only strings matter. */
  readonly anyCriteria?: boolean;
}

/** What was read: a text (one character for each byte), NIL, or a list of these. */
export type Word = string | null | readonly Word[];

/** The client broke the grammar. */
export class Wrong extends Error {}

/** The command is incomplete; `asks`: it continues when the server sends `+`. */
export class Incomplete extends Error {
  readonly asks: boolean;
  constructor(asks: boolean) {
    super("there is more to come");
    this.asks = asks;
  }
}

/** ATOM-CHAR: any CHAR but atom-specials (RFC 9051 section 9). */
const ATOM_CHAR = /[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]/;
/** ASTRING-CHAR: also resp-specials. */
const ASTRING_CHAR = /[!#$&'+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]/;
/** list-char: also wildcards. */
const LIST_CHAR = /[!#$%&'*+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]/;

const DATE = /^(?:[1-9]|[0-3]\d)-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4}$/i;
const DATE_TIME =
  /^[ \d]\d-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4} \d\d:\d\d:\d\d [+-]\d{4}$/i;

/** Reads one command from its first byte. */
export class Scanner {
  readonly allowed: Allowed;
  readonly #bytes: Uint8Array;
  readonly #granted: number;
  #asked = 0;
  #at = 0;

  /** `granted`: how many literals of this command the server has asked for so far. */
  constructor(bytes: Uint8Array, allowed: Allowed, granted: number) {
    this.#bytes = bytes;
    this.allowed = allowed;
    this.#granted = granted;
  }

  /** How many bytes have been read. */
  get used(): number {
    return this.#at;
  }

  /** The next byte as a character; waits for one. */
  peek(): string {
    if (this.#at >= this.#bytes.length) throw new Incomplete(false);
    return String.fromCharCode(this.#bytes[this.#at]);
  }

  /** Reads exactly this text. */
  expect(text: string): void {
    for (const char of text) {
      if (this.peek() !== char) this.fail(`expected ${JSON.stringify(text)}`);
      this.#at++;
    }
  }

  sp(): void {
    this.expect(" ");
  }

  /** Reports where and how the grammar is broken. */
  fail(why: string): never {
    const from = Math.max(0, this.#at - 40);
    const around = latin1(this.#bytes.subarray(from, this.#at + 40));
    throw new Wrong(`${why} at ${this.#at}: ${JSON.stringify(around)}`);
  }

  /** Reads characters of one kind, at least one. */
  run(kind: RegExp, what: string): string {
    const from = this.#at;
    const isRight = tableOf(kind);
    while (isRight[this.#bytes[this.#at]] === 1) this.#at++;
    this.peek();
    if (this.#at === from) this.fail(`expected ${what}`);
    return latin1(this.#bytes.subarray(from, this.#at));
  }

  atom(): string {
    return this.run(ATOM_CHAR, "an atom");
  }

  /** An atom in upper case. */
  keyword(): string {
    return this.atom().toUpperCase();
  }

  /** A number of at most 63 bits (RFC 9051 `number64`). */
  number(): string {
    const text = this.run(/\d/, "a number");
    if (text.length > 19 || BigInt(text) >= 2n ** 63n) this.fail("a number that is too large");
    return text;
  }

  get atString(): boolean {
    return this.peek() === '"' || this.peek() === "{";
  }

  string(): string {
    if (this.peek() === '"') return this.quoted();
    if (this.peek() === "{") return this.literal();
    return this.fail("expected a string");
  }

  nstring(): string | null {
    if (this.atString) return this.string();
    if (this.keyword() !== "NIL") this.fail("expected NIL or a string");
    return null;
  }

  astring(): string {
    return this.atString ? this.string() : this.run(ASTRING_CHAR, "an atom or a string");
  }

  /** An atom or a quoted string, the forms of a charset (RFC 5256, RFC 9051). */
  charset(): string {
    return this.peek() === '"' ? this.quoted() : this.atom();
  }

  mailbox(): string {
    return this.#folderName(this.astring());
  }

  listMailbox(): string {
    return this.#folderName(this.atString ? this.string() : this.run(LIST_CHAR, "a pattern"));
  }

  flag(): string {
    if (this.peek() !== "\\") return this.atom();
    this.expect("\\");
    return `\\${this.atom()}`;
  }

  /** The ranges in ascending order, merged where they touch, so that equal sets look the same. */
  sequenceSet(): string {
    const text = this.run(/[\d:*,]/, "a set of message numbers");
    return canonicalSet(text) ?? this.fail("not a set of message numbers");
  }

  date(): string {
    const text = this.peek() === '"' ? this.quoted() : this.atom();
    return DATE.test(text) ? text : this.fail("not a date");
  }

  dateTime(): string {
    const text = this.quoted();
    return DATE_TIME.test(text) ? text : this.fail("not a date and time");
  }

  /** A list in parentheses, single spaces between its items; with `empty` it may have none. */
  list<T>(item: () => T, empty = false): T[] {
    this.expect("(");
    const items: T[] = [];
    if (!(empty && this.peek() === ")")) {
      for (;;) {
        items.push(item());
        if (this.peek() !== " ") break;
        this.sp();
      }
    }
    this.expect(")");
    return items;
  }

  quoted(): string {
    this.expect('"');
    const from = this.#at;
    let escapes = false;
    while (this.peek() !== '"') {
      if (this.peek() === "\\") {
        escapes = true;
        this.#at++;
        if (this.peek() !== '"' && this.peek() !== "\\") this.fail("an escape of nothing");
        this.#at++;
      } else this.#at = this.#endOfPlain();
    }
    const bytes = this.#bytes.subarray(from, this.#at);
    this.#at++;
    const text = latin1(bytes);
    if (/[\x80-\xff]/.test(text)) this.#checkQuoted(bytes);
    return escapes ? text.replace(/\\(.)/gs, "$1") : text;
  }

  /** The end of the plain characters inside quotes; there must be at least one. */
  #endOfPlain(): number {
    let at = this.#at;
    for (; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at];
      if (byte === DQUOTE || byte === BACKSLASH) break;
      if (byte === 0 || byte === 10 || byte === 13) {
        this.#at = at + 1;
        this.fail(`${JSON.stringify(String.fromCharCode(byte))} in a quoted string`);
      }
    }
    return at;
  }

  #checkQuoted(bytes: Uint8Array): void {
    if (!this.allowed.utf8) this.fail("8-bit characters in a quoted string");
    if (fromUtf8(bytes) === null) this.fail("a quoted string that is not UTF-8");
  }

  /** A literal; `binary`: a literal8 (RFC 3516) whose tilde has been read. */
  literal(kind?: "binary"): string {
    this.expect("{");
    const size = Number(this.number());
    const synchronising = this.peek() !== "+";
    if (!synchronising) {
      this.expect("+");
      if (size > this.allowed.nonSynchronising) this.fail("a literal that nobody asked for");
    }
    this.expect("}\r\n");
    if (synchronising && ++this.#asked > this.#granted) {
      if (this.#at < this.#bytes.length) this.fail("a literal sent without waiting");
      throw new Incomplete(true);
    }
    const bytes = this.#bytes.subarray(this.#at, this.#at + size);
    if (kind !== "binary" && bytes.includes(0)) this.fail("a NUL in a literal");
    if (bytes.length < size) throw new Incomplete(false);
    this.#at += size;
    return latin1(bytes);
  }

  /** A folder's name as text, or with one character for each byte if names are not encoded. */
  #folderName(bytes: string): string {
    const { utf8, folderEncode } = this.allowed;
    if (utf8) return fromUtf8(toBytes(bytes)) ?? this.fail("a folder name that is not UTF-8");
    // deno-lint-ignore no-control-regex
    if (/[^\x01-\x7f]/.test(bytes)) this.fail("a folder name that is not ASCII");
    if (!folderEncode) return bytes;
    return fromModifiedUtf7(bytes) ?? this.fail("a folder name that is not in modified UTF-7");
  }
}

const DQUOTE = 34;
const BACKSLASH = 92;

const tables = new Map<string, Uint8Array>();

/** A table of the bytes of one kind: 1 for these. */
function tableOf(kind: RegExp): Uint8Array {
  const known = tables.get(kind.source);
  if (known !== undefined) return known;
  const table = Uint8Array.from({ length: 256 }, (_, byte) => {
    return kind.test(String.fromCharCode(byte)) ? 1 : 0;
  });
  tables.set(kind.source, table);
  return table;
}

/** Bytes as text, one character for each. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** The reverse. */
export function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Text from UTF-8; `null` if it is not valid. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Text from modified UTF-7 (RFC 3501 section 5.1.3); `null` if it is not valid. */
export function fromModifiedUtf7(text: string): string | null {
  let broken = false;
  const decoded = text.replace(/&([^-]*)(-?)/g, (_, run: string, end: string) => {
    if (end === "" || /[^A-Za-z0-9+,]/.test(run)) broken = true;
    if (broken || run === "") return "&";
    const bytes = toBytes(atob(run.replaceAll(",", "/")));
    if (bytes.length % 2 === 1) broken = true;
    let units = "";
    for (let i = 0; i + 1 < bytes.length; i += 2) {
      units += String.fromCharCode(bytes[i] * 256 + bytes[i + 1]);
    }
    return units;
  });
  return broken || /[^\x20-\x7e]/.test(text) ? null : decoded;
}

/** A set's ranges in ascending order, merged where they touch; `null` if it is not a set. */
export function canonicalSet(text: string): string | null {
  const ranges: [number, number][] = [];
  for (const part of text.split(",")) {
    const match = /^(\d{1,10}|\*)(?::(\d{1,10}|\*))?$/.exec(part);
    if (match === null) return null;
    const [first, last] = [match[1], match[2] ?? match[1]].map((it) => {
      return it === "*" ? Infinity : Number(it);
    });
    for (const end of [first, last]) {
      if (end < 1 || end > 2 ** 32 - 1 && end < Infinity) return null;
    }
    ranges.push([Math.min(first, last), Math.max(first, last)]);
  }
  ranges.sort((one, other) => one[0] - other[0]);
  const joined: [number, number][] = [];
  for (const [first, last] of ranges) {
    const end = joined.at(-1);
    if (end !== undefined && first <= end[1] + 1) end[1] = Math.max(end[1], last);
    else joined.push([first, last]);
  }
  return joined.map(([first, last]) => `${first}:${last}`).join(",");
}
