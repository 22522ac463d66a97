import { ProtocolError } from "../model/errors.ts";
import {
  BACKSLASH,
  CR,
  DQUOTE,
  encodeUtf8,
  LBRACE,
  LF,
  LPAREN,
  NINE,
  PLUS,
  RBRACE,
  RPAREN,
  SP,
  STAR,
  TAB,
  ZERO,
} from "../util/bytes.ts";

/**
 * The size of the literal that the line from `line` to `end` announces (`{12}`, `~{12}`, `{12+}`),
 * or -1. The bytes between `start` and `line` may include literals, which announce nothing. A
 * status response ends in free text, often with the caller's own words ("no such folder x {5}"),
 * and has no literals: there, braces mean nothing.
 */
export function literalSize(bytes: Uint8Array, start: number, line: number, end: number): number {
  let i = end - 2;
  if (i >= line && bytes[i] === CR) i--;
  if (i < line + 2 || bytes[i] !== RBRACE) return -1;
  if (bytes[--i] === PLUS) i--;
  let size = 0;
  let unit = 1;
  let digits = 0;
  for (; i >= line && bytes[i] >= ZERO && bytes[i] <= NINE; i--, digits++) {
    size += (bytes[i] - ZERO) * unit;
    unit *= 10;
  }
  if (digits === 0 || i < line || bytes[i] !== LBRACE) return -1;
  if (line === start && isFreeText(bytes, start, end)) return -1;
  if (digits > 15) throw new ProtocolError(`the server announced a literal with ${digits} digits`);
  return size;
}

/** Whether no response begins with this byte. A line that does continues another, or is blank. */
export function beginsNothing(byte: number): boolean {
  return byte === SP || byte === TAB || byte === CR || byte === LF || byte === RPAREN;
}

/** A longer first word of a line is not a tag. */
const LONGEST_TAG = 100;

/** Whether a response begins at `at`: an untagged one, or a tag with OK, NO or BAD. */
export function beginsResponse(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] === STAR || bytes[at] === PLUS) return true;
  if (beginsNothing(bytes[at])) return false;
  const tagEnd = Math.min(end, at + LONGEST_TAG);
  let i = at;
  while (i < tagEnd && bytes[i] > SP) i++;
  if (bytes[i] !== SP || i + 3 >= end) return false;
  // Letters are compared without case. White space follows the word, the line end at the least.
  const [first, second] = [bytes[i + 1] | 32, bytes[i + 2] | 32];
  if (first === LETTER_O && second === LETTER_K || first === LETTER_N && second === LETTER_O) {
    return bytes[i + 3] <= SP;
  }
  const isBad = first === LETTER_B && second === LETTER_A && (bytes[i + 3] | 32) === LETTER_D;
  return isBad && i + 4 < end && bytes[i + 4] <= SP;
}

const [LETTER_A, LETTER_B, LETTER_D, LETTER_K, LETTER_N, LETTER_O] = encodeUtf8("abdkno");

/**
 * What the lines of a response leave open: a quote or parentheses. Some servers put a header field
 * into a quoted string with its line breaks, and some break a response after a literal.
 */
export class OpenEnd {
  #quote = false;
  #depth = 0;
  /** How many bytes were looked at, and how many literals that are kept elsewhere. */
  #at = 0;
  #literals = 0;

  /** Looks at the bytes that were added. */
  read(
    bytes: Uint8Array,
    length: number,
    detached: readonly { readonly offset: number }[],
  ): void {
    let line = this.#at;
    for (let i = line; i < length; i++) {
      const byte = bytes[i];
      if (byte === LF) {
        const size = literalSize(bytes, 0, line, i + 1);
        line = i + 1;
        if (size < 0) continue;
        this.#quote = false; // a literal can't begin within a quoted string
        if (detached[this.#literals]?.offset === line) this.#literals++;
        else i += size;
      } else if (byte === DQUOTE) this.#quote = !this.#quote;
      else if (this.#quote) i += byte === BACKSLASH ? 1 : 0;
      else if (byte === LPAREN) this.#depth++;
      else if (byte === RPAREN && this.#depth > 0) this.#depth--;
    }
    this.#at = length;
  }

  /** Whether more must follow. */
  get isOpen(): boolean {
    return this.#quote || this.#depth > 0;
  }

  /** Whether a line continues it. Within a quoted string, any line does that begins no response. */
  takes(line: Uint8Array, length: number): boolean {
    return beginsNothing(line[0]) || this.#quote && !beginsResponse(line, 0, length);
  }
}

/** Whether a response may be open at its end: one with data rather than text for people. */
export function mayBeOpen(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== STAR || isFreeText(bytes, start, end)) return false;
  const data = bytes.subarray(start, end);
  return data.includes(DQUOTE) || data.includes(LPAREN);
}

const FREE_TEXT = ["OK ", "NO ", "BAD ", "BYE ", "PREAUTH "];

/** Whether a response is a status response or a continuation request. */
function isFreeText(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === PLUS) return true;
  let i = start;
  if (bytes[i] === STAR) i++;
  else while (i < end && bytes[i] > SP) i++;
  while (i < end && bytes[i] === SP) i++;
  return FREE_TEXT.some((word) => startsWith(bytes, i, end, word));
}

function startsWith(bytes: Uint8Array, at: number, end: number, word: string): boolean {
  if (at + word.length > end) return false;
  for (let i = 0; i < word.length; i++) {
    // Letters are compared without case; the bit is set in a space anyway.
    if ((bytes[at + i] | 32) !== (word.charCodeAt(i) | 32)) return false;
  }
  return true;
}
