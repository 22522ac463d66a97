import { Memo } from "../util/memo.ts";
import { repairWindows1252 } from "../util/windows_1252.ts";
import { concat, decodeLoosely } from "../util/bytes.ts";
import { decodeRun } from "./utf7.ts";

/** What a charset label in a message stands for. */
export interface Charset {
  /** The charset's one name, in lower case; empty if the label names no particular charset. */
  readonly name: string;
  /** The runtime's decoder, if it has one. */
  readonly decoder: TextDecoder | null;
}

const NONE: Charset = { name: "", decoder: null };
const LONGEST_LABEL = 60;
/** Labels that were looked up; a runtime is slow to reject one that it does not know. */
const known = new Memo<Charset>();

/** Labels of ASCII or of no charset. With 8-bit text, they can't be right. */
const SAYS_NOTHING =
  /^(?:(?:x-)?(?:unknown|user[-_]?defined)(?:-[78]bit)?|default|none|[78]bit|binary|(?:us[-_ ]?|cs)?ascii|ansi_x3\.4-19(?:68|86)|iso[-_ ]?646-us|iso-ir-6|us)?$/;

/** Spellings that no runtime knows, and the names that they stand for. */
const SPELLINGS: readonly (readonly [spelling: RegExp, name: string])[] = [
  [/^(?:x-)?utf[-_ ]?8(?!\d).*$/, "utf-8"],
  [/^(?:x-)?(?:cs)?(?:unicode[-\d]*)?utf[-_ ]?7$/, "utf-7"],
  [/^utf[-_ ]?16[-_ ]?([bl]e)?$/, "utf-16$1"],
  [/^(?:x-)?iso[-_ ]?8859[-_ ]?(\d+).*$/, "iso-8859-$1"],
  [/^iso[-_ ]?2022[-_ ]?jp.*$/, "iso-2022-jp"],
  [/^latin[-_ ]?9$/, "iso-8859-15"],
  [/^latin[-_ ](\d+)$/, "latin$1"],
  [/^(?:x-)?(?:cp|ms|win|windows)?[-_ ]?(125\d|874)$/, "windows-$1"],
  [/^(?:x-)?s(?:hift)?[-_ ]?jis.*$/, "shift_jis"],
  [/^(?:x-)?euc[-_ ]?(jp|kr)$/, "euc-$1"],
  [/^(?:x-)?gb[-_ ]?(?:2312|k).*$/, "gbk"],
  [/^gb[-_ ]?18030.*$/, "gb18030"],
  [/^(?:x-)?big[-_ ]?5.*$/, "big5"],
  [/^koi8[-_ ]?([ru])$/, "koi8-$1"],
  [/^tis[-_ ]?620.*$/, "tis-620"],
];

/** Code pages by their Windows numbers. */
const CODE_PAGES: Readonly<Record<string, string>> = {
  932: "shift_jis",
  936: "gbk",
  949: "euc-kr",
  950: "big5",
  1200: "utf-16le",
  1201: "utf-16be",
  10000: "macintosh",
  20127: "us-ascii",
  20866: "koi8-r",
  21866: "koi8-u",
  50220: "iso-2022-jp",
  50221: "iso-2022-jp",
  50222: "iso-2022-jp",
  51932: "euc-jp",
  51949: "euc-kr",
  54936: "gb18030",
  65001: "utf-8",
};

/** How names of charsets begin; a name that begins so is a charset, even if it is unknown. */
const FAMILIES =
  /^(?:x-|cs)?(?:adobe|arabic|armscii|atari|big|bocu|cesu|cp|dos|ebcdic|euc|gb|georgian|greek|hebrew|hp-|hz|ibm|iscii|iso|jis|johab|koi|ks|kz|latin|mac|mik|ms|next|pt|scsu|shift|sjis|t\.61|tcvn|tis|tscii|ucs|unicode|utf|viscii|vps|win)/;

/** Whether an unknown name looks like that of a charset. */
export function isCharsetName(name: string): boolean {
  return FAMILIES.test(name);
}

/** Whether a label names a charset that the runtime can decode. */
export function isKnownCharset(label: string): boolean {
  const { name, decoder } = charsetOf(label);
  return decoder !== null || name === "utf-7";
}

/** The charset that a label stands for; a language may follow it (RFC 2231 section 5). */
export function charsetOf(label: string): Charset {
  if (label.length > LONGEST_LABEL) return NONE;
  const found = known.get(label);
  if (found !== undefined) return found;
  const charset = lookUp(label.toLowerCase().replace(/\*.*$/, "").trim());
  known.set(label, charset);
  return charset;
}

function lookUp(label: string): Charset {
  if (SAYS_NOTHING.test(label)) return NONE;
  const decoder = decoderFor(label);
  if (decoder !== null) return { name: decoder.encoding, decoder };
  const name = respelled(label);
  if (name === label) return { name, decoder: null };
  if (SAYS_NOTHING.test(name)) return NONE;
  const second = decoderFor(name);
  return { name: second?.encoding ?? name, decoder: second };
}

function respelled(label: string): string {
  const [, page] = /^(?:x-)?(?:cp|ms|ibm|win|windows)?[-_ ]?(\d+)$/.exec(label) ?? [];
  if (page !== undefined && Object.hasOwn(CODE_PAGES, page)) return CODE_PAGES[page];
  const spelling = SPELLINGS.find(([it]) => it.test(label));
  return spelling === undefined ? label : label.replace(spelling[0], spelling[1]);
}

function decoderFor(label: string): TextDecoder | null {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label);
  } catch {
    return null;
  }
  // The names of the encodings that stand for no text (Encoding Standard, 14.1 and 14.5).
  return /^(?:replacement|x-user-defined)$/.test(decoder.encoding) ? null : decoder;
}

/** The text of bytes in a charset; `null` if the runtime does not know it. */
export function decodeKnown({ name, decoder }: Charset, bytes: Uint8Array): string | null {
  if (name === "utf-7") return decodeUtf7(bytes);
  if (decoder === null) return null;
  if (name === "iso-2022-jp") return decoder.decode(withoutIdleEscapes(bytes));
  if (name === "utf-16le" && bytes[0] === 0xfe && bytes[1] === 0xff) {
    return new TextDecoder("utf-16be").decode(bytes);
  }
  const text = decoder.decode(bytes);
  return name === "windows-1252" ? repairWindows1252(text) : text;
}

/**
 * Joins the bytes of encoded words in one charset, since a character may be split between two
 * words. Words in UTF-7 are decoded one by one if possible, since the base64 at the end of one
 * would run on into the next.
 */
export function joinParts({ name }: Charset, parts: readonly Uint8Array[]): readonly Uint8Array[] {
  if (parts.length === 1) return parts;
  return name === "utf-7" && !parts.some(isCutUtf7) ? parts : [concat(parts)];
}

const ESCAPE = 0x1b;

/**
 * Removes escapes of ISO-2022-JP that another escape follows, as happens where two words are
 * joined: decoders replace them by U+FFFD (Encoding Standard, 12.2.1).
 */
function withoutIdleEscapes(bytes: Uint8Array): Uint8Array {
  const isIdle = (at: number) => bytes[at] === ESCAPE && bytes[at + 3] === ESCAPE;
  return bytes.filter((_, at) => !(isIdle(at) || isIdle(at - 1) || isIdle(at - 2)));
}

const UTF7_RUN = /\+([A-Za-z0-9+/]*)-?/g;

/** Decodes UTF-7 (RFC 2152); anything else stays as it is. */
function decodeUtf7(bytes: Uint8Array): string {
  const text = decodeLoosely(bytes, 0, bytes.length);
  return text.replace(UTF7_RUN, (all, run: string) => {
    return run === "" ? "+" : decodeRun(run.replaceAll("/", ",")) ?? all;
  }).toWellFormed();
}

/** Whether UTF-7 ends in the middle of a character. */
function isCutUtf7(bytes: Uint8Array): boolean {
  const text = decodeLoosely(bytes, 0, bytes.length);
  let start = text.length;
  while (start > 0 && /[A-Za-z0-9+/]/.test(text[start - 1])) start--;
  const plus = text.indexOf("+", start);
  return plus >= 0 && decodeRun(text.slice(plus + 1).replaceAll("/", ",")) === null;
}
