import { charsetOf } from "./charsets.ts";
import type { MailText } from "./mail_text.ts";

/** An encoded word (RFC 2047) within text. */
interface Word {
  readonly start: number;
  readonly end: number;
  readonly charset: string;
  /** Whether it is in base64 (`B`), rather than in the `Q` encoding. */
  readonly isBase64: boolean;
  /** The encoded text. */
  readonly body: string;
}

/** How a word begins. The length is bounded, and so is the time to find the next word. */
const START = /=\?([^?=\s]{0,80})\?([a-z])\?/gi;
const BETWEEN = /^[ \t\r\n]*$/;
const NON_ASCII = /[\u0080-\uffff]/;

/**
 * Decodes the encoded words in a text (RFC 2047), wherever they are and however they are written:
 * next to other text, with spaces in them, in any case. White space between words is dropped. The
 * bytes of consecutive words in one charset are joined before they are decoded. A word in an
 * unknown charset stays as it is.
 */
export function decodeWords(text: string, mail: MailText): string {
  const words = findWords(text);
  let decoded = "";
  let at = 0;
  let isBehindWord = false;
  for (let i = 0; i < words.length;) {
    const first = i++;
    while (i < words.length && belongTogether(words[i - 1], words[i], text)) i++;
    const { start } = words[first];
    const { end } = words[i - 1];
    const between = text.slice(at, start);
    const meant = textOf(words.slice(first, i), mail);
    if (!isBehindWord || meant === null || !BETWEEN.test(between)) decoded += between;
    decoded += meant ?? text.slice(start, end);
    isBehindWord = meant !== null;
    at = end;
  }
  return decoded + text.slice(at);
}

function findWords(text: string): Word[] {
  const words: Word[] = [];
  START.lastIndex = 0;
  let end = 0;
  let start = START.exec(text);
  while (start !== null) {
    const behind = START.lastIndex;
    if (end < behind) end = text.indexOf("?=", behind);
    if (end < 0) break;
    const next = START.exec(text);
    if (next !== null && next.index < end) {
      start = next; // the word before it does not end
      continue;
    }
    const encoding = start[2].toUpperCase();
    if (encoding === "B" || encoding === "Q") {
      const isBase64 = encoding === "B";
      const body = text.slice(behind, end);
      words.push({ start: start.index, end: end + 2, charset: start[1], isBase64, body });
    }
    if (next !== null && next.index >= end + 2) start = next;
    else {
      START.lastIndex = end + 2;
      start = START.exec(text);
    }
  }
  return words;
}

function belongTogether(one: Word, other: Word, text: string): boolean {
  return charsetOf(one.charset).name === charsetOf(other.charset).name &&
    BETWEEN.test(text.slice(one.end, other.start)) && !isMixed(one) && !isMixed(other);
}

/** Whether a word contains characters that should have been encoded. */
function isMixed({ isBase64, body }: Word): boolean {
  return !isBase64 && NON_ASCII.test(body);
}

function textOf(words: readonly Word[], mail: MailText): string | null {
  const [{ charset, body }] = words;
  if (!isMixed(words[0])) return mail.decode(charset, words.map(bytesOf));
  const parts = body.split(/([\u0080-\uffff]+)/).map((part, place) => {
    return place % 2 === 1 ? part : mail.decode(charset, [bytesOfQ(part)]);
  });
  return parts.includes(null) ? null : parts.join("");
}

function bytesOf({ isBase64, body }: Word): Uint8Array {
  return isBase64 ? bytesOfBase64(body) : bytesOfQ(body);
}

/** The value of characters that are not digits. */
const NONE = 255;
const BASE64 = valuesOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const HEX = valuesOf("0123456789abcdef");
for (const letter of "ABCDEF") HEX[letter.charCodeAt(0)] = HEX[letter.toLowerCase().charCodeAt(0)];
const [EQUALS, UNDERSCORE, SPACE] = Array.from("=_ ", (char) => char.charCodeAt(0));

/** The values of digits by their character codes. */
function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(128).fill(NONE);
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value;
  return values;
}

/** Decodes `Q`, which must be ASCII: `_` is a space, `=` and two digits are a byte. */
function bytesOfQ(body: string): Uint8Array {
  const bytes = new Uint8Array(body.length);
  let length = 0;
  for (let i = 0; i < body.length; i++) {
    const code = body.charCodeAt(i);
    const byte = code === EQUALS ? hexByte(body, i + 1) : -1;
    if (byte >= 0) i += 2;
    bytes[length++] = byte >= 0 ? byte : code === UNDERSCORE ? SPACE : code;
  }
  return bytes.subarray(0, length);
}

/** The byte for two hexadecimal digits, or -1. */
function hexByte(text: string, at: number): number {
  const high = HEX[text.charCodeAt(at)] ?? NONE;
  const low = HEX[text.charCodeAt(at + 1)] ?? NONE;
  return high === NONE || low === NONE ? -1 : high << 4 | low;
}

/**
 * Decodes base64 leniently: ignores other characters and missing padding, and starts again after
 * padding, as when several texts in base64 were joined.
 */
function bytesOfBase64(body: string): Uint8Array {
  const bytes = new Uint8Array(body.length);
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < body.length; i++) {
    const code = body.charCodeAt(i);
    if (code === EQUALS) count = 0;
    const value = code < BASE64.length ? BASE64[code] : NONE;
    if (value === NONE) continue;
    bits = (bits << 6 | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length++] = bits >> count;
  }
  return bytes.subarray(0, length);
}
