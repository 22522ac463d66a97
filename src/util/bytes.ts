import { repairWindows1252 } from "./windows_1252.ts";

/** Converts between bytes and text, and names the bytes of the grammar. */

export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SP = 32;
export const DQUOTE = 34;
export const PERCENT = 37;
export const LPAREN = 40;
export const RPAREN = 41;
export const STAR = 42;
export const PLUS = 43;
export const HYPHEN = 45;
export const ZERO = 48;
export const NINE = 57;
export const LT = 60;
export const GT = 62;
export const QUESTION = 63;
export const LBRACKET = 91;
export const BACKSLASH = 92;
export const RBRACKET = 93;
export const LBRACE = 123;
export const RBRACE = 125;
export const TILDE = 126;

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const windows1252 = new TextDecoder("windows-1252");

/**
 * Up to this many bytes, a loop is faster than a call to the engine's decoder. Longer texts would
 * be kept by V8 as chains of their parts.
 */
const SHORT = 12;

/** The UTF-8 bytes of a text. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** UTF-8 text; invalid bytes become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** UTF-8 text; `null` if the bytes are not UTF-8. */
export function tryUtf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Text that ought to be ASCII. If it is not, it is decoded as UTF-8, or if it is not that either,
 * by `guess`: by default as Windows-1252, in which every byte is a character.
 */
export function decodeLoosely(
  bytes: Uint8Array,
  start: number,
  end: number,
  guess: (bytes: Uint8Array) => string = decodeWindows1252,
): string {
  let i = start;
  while (i < end && bytes[i] < 128) i++;
  if (i === end) {
    return end - start <= SHORT
      ? decodeAscii(bytes, start, end)
      : decodeUtf8(bytes.subarray(start, end));
  }
  const view = bytes.subarray(start, end);
  return tryUtf8(view) ?? guess(view);
}

/** Text in Windows-1252, in which every byte is a character. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return repairWindows1252(windows1252.decode(bytes));
}

/** One character for each byte: for ASCII text, and to show raw bytes. */
export function decodeAscii(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/**
 * Whether a byte is 0. Looks at sixteen bytes at a time: with four, V8 takes half as long again,
 * its own `includes` takes two to three times as long, and that of Deno's Buffer four times.
 */
export function hasNul(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  const start = Math.min(-byteOffset & 3, length);
  const count = (length - start) >> 4 << 2;
  for (let i = 0; i < start; i++) if (bytes[i] === 0) return true;
  for (let i = start + 4 * count; i < length; i++) if (bytes[i] === 0) return true;
  if (count === 0) return false;
  const words = new Int32Array(buffer, byteOffset + start, count);
  for (let i = 0; i < count; i += 4) {
    const first = marks(words[i]) | marks(words[i + 1]);
    const second = marks(words[i + 2]) | marks(words[i + 3]);
    if (((first | second) & 0x80808080) !== 0) return true;
  }
  return false;
}

/** Sets the highest bit of each byte that is 0: the subtraction borrows there. */
function marks(word: number): number {
  return (word - 0x01010101) & ~word;
}

/** Joins byte arrays into one. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
