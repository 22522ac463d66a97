import { InvalidArgumentError, InvalidCriteriaError } from "../../model/errors.ts";
import { type CalendarDate, formatCriteriaDate, parseDate } from "../../model/dates.ts";
import { NumberSet } from "../../model/number_set.ts";
import type { SAVED } from "../../model/saved.ts";
import { decodeAscii } from "../../util/bytes.ts";
import { encodeText, isPlainIn } from "../../wire/charset.ts";
import { upperAscii } from "../../model/text.ts";
import { encodeUtf7 } from "../../mime/utf7.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { checkBackslash } from "../messages/flags.ts";

/** One item of search criteria; a nested array stands for parentheses. */
export type SearchCriterion =
  | string
  | Uint8Array
  | number
  | bigint
  | CalendarDate
  | NumberSet
  | typeof SAVED
  | readonly SearchCriterion[];

/**
 * What to search for: an array of keys and values, which are quoted and encoded as needed, or a
 * string with criteria in IMAP's own notation.
 */
export type SearchCriteria = string | Uint8Array | readonly SearchCriterion[];

/** The kinds of arguments of search keys. */
type Argument = "text" | "label" | "id" | "date" | "number" | "modseq" | "keyword" | "set" | "key";

/** The keys that take arguments (RFC 9051 section 6.4.4, and extensions). */
export const ARGUMENTS: Readonly<Record<string, readonly Argument[]>> = {
  BCC: ["text"],
  BODY: ["text"],
  CC: ["text"],
  FROM: ["text"],
  SUBJECT: ["text"],
  TEXT: ["text"],
  TO: ["text"],
  HEADER: ["text", "text"],
  BEFORE: ["date"],
  ON: ["date"],
  SINCE: ["date"],
  SENTBEFORE: ["date"],
  SENTON: ["date"],
  SENTSINCE: ["date"],
  SAVEDBEFORE: ["date"],
  SAVEDON: ["date"],
  SAVEDSINCE: ["date"],
  LARGER: ["number"],
  SMALLER: ["number"],
  OLDER: ["number"],
  YOUNGER: ["number"],
  MODSEQ: ["modseq"],
  KEYWORD: ["keyword"],
  UNKEYWORD: ["keyword"],
  UID: ["set"],
  NOT: ["key"],
  FUZZY: ["key"],
  FILTER: ["text"],
  OR: ["key", "key"],
  EMAILID: ["text"],
  THREADID: ["text"],
  "X-GM-RAW": ["text"],
  "X-GM-LABELS": ["label"],
  "X-GM-MSGID": ["id"],
  "X-GM-THRID": ["id"],
};

/** The keys without arguments. */
const ALONE = new Set(
  ("ALL ANSWERED DELETED DRAFT FLAGGED NEW OLD RECENT SEEN UNANSWERED UNDELETED UNDRAFT " +
    "UNFLAGGED UNSEEN SAVEDATESUPPORTED").split(" "),
);

/** The largest number of 64 bits. */
const LARGEST_ID = 2n ** 64n - 1n;

const SET = /^(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*$/;
const IMAP_DATE = /^\d{1,2}-[A-Za-z]{3}-\d{4}$/;
/** A quoted string, a word, what is between them, or a single quotation mark. */
const PIECES = /("(?:[^"\\]|\\["\\])*")|([^\s"()]+)|[\s()]+|"/g;
const NON_ASCII = /[\u0080-\uffff]/;

/** Writes criteria. Throws {@linkcode InvalidCriteriaError} if they make no sense. */
export function writeCriteria(out: CommandWriter, criteria: SearchCriteria, charset: string): void {
  if (isEmpty(criteria)) throw new InvalidCriteriaError("no criteria specified");
  try {
    if (typeof criteria === "string") {
      checkFirstWord(criteria);
      if (criteria.trim() === "") throw new InvalidCriteriaError("no criteria specified");
      const isPlain = (text: string) => isPlainIn(charset, text);
      writeRaw(out, criteria, isPlain, (text) => encodeText(text, charset));
    } else if (criteria instanceof Uint8Array) {
      checkFirstWord(decodeAscii(criteria));
      writeRaw(out, decodeAscii(criteria), (text) => !NON_ASCII.test(text), binaryBytes);
    } else if (Array.isArray(criteria)) new CriteriaWriter(out, criteria, charset).keys();
    else {throw new InvalidCriteriaError(
        `criteria are a text, a list or an object: ${typeof criteria}`,
      );}
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    throw new InvalidCriteriaError(cause.message, { cause });
  }
}

/** Words before the criteria that are not part of them. */
const IN_FRONT = /^[\s(]*(RETURN|CHARSET|SAVE|PARTIAL)(?![^\s("])/i;

/**
 * Refuses RETURN and CHARSET: results are lists of ids, and the call has an option for charsets.
 */
function checkFirstWord(criteria: string): void {
  const word = IN_FRONT.exec(criteria)?.[1];
  if (word === undefined) return;
  const hint = /^CHARSET$/i.test(word)
    ? 'give the charset as an option: { charset: "..." }'
    : "all ids that match are given, and MIN, MAX and COUNT can be taken from these; for another " +
      "answer run a command of your own (client.run)";
  throw new InvalidCriteriaError(`${upperAscii(word)} is no criterion: ${hint}`);
}

/**
 * Whether the criteria contain text beyond ASCII, apart from labels, which are encoded as ASCII.
 */
export function needsCharset(criteria: SearchCriteria | SearchCriterion): boolean {
  if (typeof criteria === "string") return NON_ASCII.test(criteria);
  return Array.isArray(criteria) &&
    criteria.some((item, at) => needsCharset(item) && !isLabelKey(criteria[at - 1]));
}

function isLabelKey(item: SearchCriterion | undefined): boolean {
  return typeof item === "string" && upperAscii(item) === "X-GM-LABELS";
}

/**
 * Whether the criteria name messages by their sequence numbers, or may do so. The value of a known
 * key is not taken for one.
 */
export function namesNumbers(criteria: SearchCriteria): boolean {
  if (typeof criteria === "string" || criteria instanceof Uint8Array) {
    const text = typeof criteria === "string" ? criteria : decodeAscii(criteria);
    return namesNumbersIn([...text.matchAll(PIECES)].map(([piece]) => piece.trim()));
  }
  return Array.isArray(criteria) && namesNumbersIn(criteria);
}

function namesNumbersIn(items: readonly SearchCriterion[]): boolean {
  let takesValue = false;
  for (const item of items) {
    if (item === "") continue;
    if (Array.isArray(item) ? namesNumbersIn(item) : !takesValue && isNumbers(item)) return true;
    const values = typeof item === "string" ? ARGUMENTS[upperAscii(item)] : undefined;
    takesValue = values !== undefined && values[0] !== "key";
  }
  return false;
}

function isNumbers(item: SearchCriterion): boolean {
  return typeof item === "number" || item instanceof NumberSet ||
    (typeof item === "string" && SET.test(item));
}

/** The criteria for an error message. */
export function showCriteria(criteria: SearchCriteria): string {
  if (typeof criteria === "string") return JSON.stringify(criteria);
  if (criteria instanceof Uint8Array) return JSON.stringify(decodeAscii(criteria));
  return `[${criteria.map(showCriterion).join(", ")}]`;
}

function showCriterion(criterion: SearchCriterion): string {
  if (Array.isArray(criterion)) return `[${criterion.map(showCriterion).join(", ")}]`;
  if (criterion instanceof Uint8Array) return JSON.stringify(decodeAscii(criterion));
  if (criterion instanceof Date) return formatCriteriaDate(criterion);
  if (typeof criterion === "string") return JSON.stringify(criterion);
  const isPlain = typeof criterion !== "object" || criterion instanceof NumberSet;
  return isPlain ? String(criterion) : JSON.stringify(criterion);
}

function isEmpty(criteria: SearchCriteria | SearchCriterion | null | undefined): boolean {
  if (criteria === null || criteria === undefined || criteria === "") return true;
  if (criteria instanceof Uint8Array) return criteria.length === 0;
  return Array.isArray(criteria) && criteria.every((item) => Array.isArray(item) && isEmpty(item));
}

/**
 * Writes criteria in IMAP's notation. Words and quoted strings with 8-bit characters become
 * literals, since nothing else may contain them. Text that would continue after the end of the
 * line, or into such a literal, is refused.
 */
function writeRaw(
  out: CommandWriter,
  text: string,
  isPlain: (text: string) => boolean,
  encode: (text: string) => Uint8Array,
): void {
  for (const [piece, quoted, word] of text.matchAll(PIECES)) {
    if (piece === '"') {
      throw new InvalidCriteriaError(
        "raw text with a quoted string that has no end, or with a wrong escape",
      );
    }
    const value = quoted?.slice(1, -1).replace(/\\(["\\])/g, "$1") ?? word;
    if (value !== undefined && !isPlain(piece)) out.string(encode(value));
    else if (word?.includes("{")) {
      throw new InvalidCriteriaError("raw text with a { that is not in quotes");
    } else out.raw(piece);
  }
}

function binaryBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Writes one list of criteria, each key with its arguments. */
class CriteriaWriter {
  readonly #out: CommandWriter;
  readonly #items: readonly SearchCriterion[];
  readonly #charset: string;
  #at = 0;
  /** Whether the last key is unknown, so that any value may follow. */
  #afterUnknown = false;

  constructor(out: CommandWriter, items: readonly SearchCriterion[], charset: string) {
    this.#out = out;
    this.#items = items;
    this.#charset = charset;
  }

  keys(): void {
    while (this.#at < this.#items.length) {
      if (this.#at > 0) this.#out.sp();
      this.#key();
    }
  }

  #key(): void {
    const item = this.#items[this.#at++];
    if (Array.isArray(item)) this.#nested(item);
    else if (item instanceof NumberSet) this.#out.numberSet(item);
    else if (typeof item === "string" || item instanceof Uint8Array) this.#word(item);
    else this.#other(item as Exclude<SearchCriterion, string | Uint8Array | NumberSet>);
  }

  #nested(items: readonly SearchCriterion[]): void {
    if (isEmpty(items)) throw new InvalidCriteriaError("no criteria specified within a list");
    this.#out.list([items], (inner) => new CriteriaWriter(this.#out, inner, this.#charset).keys());
    this.#afterUnknown = false;
  }

  /** Writes a key or a set of ids. */
  #word(word: string | Uint8Array): void {
    const text = typeof word === "string" ? word : decodeAscii(word);
    const name = upperAscii(text);
    if (SET.test(name)) {
      this.#out.numberSet(NumberSet.from(name));
      return;
    }
    const known = Object.hasOwn(ARGUMENTS, name);
    if (known || ALONE.has(name)) {
      this.#out.atom(name);
      this.#afterUnknown = false;
      for (const kind of known ? ARGUMENTS[name] : []) this.#argument(name, kind);
    } else if (this.#afterUnknown) {
      this.#text(word);
    } else {
      if (/^\d/.test(text)) {
        throw new InvalidCriteriaError(`neither a key nor a set of ids: ${JSON.stringify(text)}`);
      }
      checkFirstWord(name);
      this.#out.atom(text);
      this.#afterUnknown = true;
    }
  }

  #other(item: Exclude<SearchCriterion, string | Uint8Array | NumberSet>): void {
    if (typeof item === "number" || typeof item === "bigint") this.#bareNumber(item);
    else if (isCalendarDate(item)) this.#out.date(item);
    else throw new InvalidCriteriaError(`not a criterion: ${typeof item}`);
  }

  /** A number stands for a message; after an unknown key it may be any number. */
  #bareNumber(number: number | bigint): void {
    if (this.#afterUnknown) this.#out.number(number);
    else this.#out.numberSet(NumberSet.from(Number(number)));
  }

  #argument(key: string, kind: Argument): void {
    this.#out.sp();
    if (kind === "key") {
      this.#needsMore(key);
      return this.#key();
    }
    const item = this.#next(key);
    if (kind === "set") this.#set(item);
    else if (kind === "date") this.#date(key, item);
    else if (kind === "number") this.#number(key, item);
    else if (kind === "modseq") this.#modseq(key, item);
    else if (kind === "keyword") this.#keyword(key, item);
    else if (kind === "label") this.#label(key, item);
    else if (kind === "id") this.#id(key, item);
    else this.#textArgument(key, item);
  }

  #needsMore(key: string): void {
    if (this.#at >= this.#items.length) throw new InvalidCriteriaError(`${key} needs a value`);
  }

  #next(key: string): SearchCriterion {
    this.#needsMore(key);
    return this.#items[this.#at++];
  }

  #set(item: SearchCriterion): void {
    const ids = item instanceof Uint8Array ? decodeAscii(item) : item;
    this.#out.numberSet(NumberSet.from(ids as Parameters<typeof NumberSet.from>[0]));
  }

  #date(key: string, item: SearchCriterion): void {
    const date = item instanceof Uint8Array ? decodeAscii(item) : item;
    if (typeof date === "string" && IMAP_DATE.test(date)) this.#imapDate(date);
    else if (typeof date === "string" || isCalendarDate(date)) this.#out.date(date);
    else throw new InvalidCriteriaError(`${key} needs a date`);
  }

  #imapDate(date: string): void {
    if (parseDate(`${date} 00:00:00`) === null) {
      throw new InvalidCriteriaError(`no such date: ${date}`);
    }
    this.#out.atom(date);
  }

  #number(key: string, item: SearchCriterion): void {
    const number = item instanceof Uint8Array ? decodeAscii(item) : item;
    if (typeof number === "string" && /^\d{1,19}$/.test(number)) this.#out.number(BigInt(number));
    else if (typeof number === "number" || typeof number === "bigint") this.#out.number(number);
    else throw new InvalidCriteriaError(`${key} needs a number`);
  }

  /** A mod-sequence, or one of a flag: `"/flags/\\Seen" all 5` (RFC 7162 section 3.1.5). */
  #modseq(key: string, item: SearchCriterion): void {
    if (typeof item !== "string" || !item.startsWith("/flags/")) return this.#number(key, item);
    const type = this.#next(key);
    if (type !== "all" && type !== "priv" && type !== "shared") {
      throw new InvalidCriteriaError(`${key} of a flag needs "all", "priv" or "shared"`);
    }
    checkBackslash(item.slice("/flags/".length));
    this.#out.string(item).sp().atom(type).sp();
    this.#number(key, this.#next(key));
  }

  #keyword(key: string, item: SearchCriterion): void {
    const keyword = item instanceof Uint8Array ? decodeAscii(item) : item;
    if (typeof keyword !== "string" || keyword.startsWith("\\")) {
      throw new InvalidCriteriaError(`${key} needs a keyword: a flag without a backslash`);
    }
    checkBackslash(keyword);
    this.#out.flag(keyword);
  }

  /** A Gmail label, encoded like a folder name; bytes are sent as they are. */
  #label(key: string, item: SearchCriterion): void {
    const isText = typeof item === "string" && item.isWellFormed();
    if (!isText && !(item instanceof Uint8Array)) {
      throw new InvalidCriteriaError(`${key} needs a label`);
    }
    this.#out.string(typeof item === "string" ? encodeUtf7(item) : item);
  }

  /** A Gmail number of up to 64 bits, most of which a `number` can't hold. */
  #id(key: string, item: SearchCriterion): void {
    const id = item instanceof Uint8Array ? decodeAscii(item) : item;
    const isId = typeof id === "string" || typeof id === "bigint" || Number.isSafeInteger(id);
    const digits = isId ? String(id) : "";
    if (!/^\d{1,20}$/.test(digits) || BigInt(digits) > LARGEST_ID) {
      throw new InvalidCriteriaError(
        `${key} needs a number of at most 64 bits, as a bigint or as text`,
      );
    }
    this.#out.atom(String(BigInt(digits)));
  }

  #textArgument(key: string, item: SearchCriterion): void {
    if (typeof item === "string" || item instanceof Uint8Array) this.#text(item);
    else if (typeof item === "bigint" || Number.isFinite(item)) this.#out.astring(String(item));
    else if (item instanceof Date) this.#out.astring(formatCriteriaDate(item));
    else throw new InvalidCriteriaError(`${key} needs a text`);
  }

  #text(text: string | Uint8Array): void {
    const encoded = typeof text === "string" && !isPlainIn(this.#charset, text);
    this.#out.astring(encoded ? encodeText(text, this.#charset) : text);
  }
}

function isCalendarDate(item: SearchCriterion): item is Exclude<CalendarDate, string> {
  return item instanceof Date || (typeof item === "object" && item !== null && "year" in item);
}
