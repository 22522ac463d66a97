import { ProtocolError } from "../model/errors.ts";
import {
  BACKSLASH,
  CR,
  decodeLoosely,
  DQUOTE,
  LF,
  LPAREN,
  RPAREN,
  SP,
  TAB,
} from "../util/bytes.ts";
import type { Cursor } from "./cursor.ts";
import { type Text, toText } from "../model/text.ts";
import { decodeFolderName } from "../mime/utf7.ts";

/** A hierarchy delimiter. Some servers do not escape a backslash or a quote. */
export function readDelimiter(cursor: Cursor): string | null {
  const { bytes, at, end } = cursor;
  const byte = bytes[at + 1];
  const isBare = (byte === BACKSLASH || byte === DQUOTE) && bytes[at + 2] === DQUOTE &&
    (at + 3 >= end || bytes[at + 3] === RPAREN || isSpace(bytes[at + 3]));
  if (cursor.peek() !== DQUOTE || !isBare) return cursor.nstring();
  cursor.at += 3;
  return String.fromCharCode(byte);
}

/**
 * A folder name that a list follows, or nothing. Some servers omit the quotes around a name with
 * spaces or parentheses; it then ends before a list at the end of the line, or with the line.
 * Others omit escapes: see {@linkcode readBrokenMailbox}.
 */
export function readMailbox(cursor: Cursor): Uint8Array {
  if (cursor.literalNext()) return cursor.astringBytes();
  if (cursor.peek() === DQUOTE) return readQuoted(cursor) ?? readBrokenMailbox(cursor);
  return takeName(cursor, nameEnd(cursor));
}

/** A name in quotes; `null` if it is not well formed up to its end. */
function readQuoted(cursor: Cursor): Uint8Array | null {
  const { at } = cursor;
  try {
    const name = cursor.astringBytes();
    if (cursor.done || cursor.peek() === LPAREN) return name;
    const isApart = isSpace(cursor.peek());
    const next = cursor.next();
    if (isApart && (next === -1 || next === LPAREN)) return name;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error; // the closing quote is missing
  }
  cursor.at = at;
  return null;
}

/**
 * A name in quotes that contains a quote or a backslash without its escape (`"ab"cd"`, `"Arch\"`):
 * everything between the outermost quotes or, if the last one is missing, all of it as it is.
 */
export function readBrokenMailbox(cursor: Cursor): Uint8Array {
  const { bytes, at } = cursor;
  const end = nameEnd(cursor);
  const isClosed = end - at > 2 && bytes[end - 1] === DQUOTE;
  if (isClosed) cursor.at++;
  const name = takeName(cursor, isClosed ? end - 1 : end);
  cursor.at = end;
  return name;
}

/**
 * The name of a folder that was asked about, which further names or a list follow. A name without
 * quotes may contain spaces and parentheses: it is recognised by the name that was asked about,
 * else it ends before the next quote or list.
 */
export function readAskedMailbox(cursor: Cursor, asked: Text): Uint8Array {
  const byte = cursor.peek();
  if (byte === DQUOTE || byte === LPAREN || byte === RPAREN || cursor.literalNext()) {
    return cursor.astringBytes();
  }
  const { bytes, at, end } = cursor;
  const name = toText(asked);
  const likely = wordsEnd(cursor, name.split(" ").length);
  if (isNamed(bytes.subarray(at, likely), name)) return takeName(cursor, likely);
  for (let i = at + 1; i < end; i++) {
    if ((bytes[i] === DQUOTE || bytes[i] === LPAREN) && isSpace(bytes[i - 1])) {
      return takeName(cursor, lessSpace(bytes, at, i));
    }
  }
  return takeName(cursor, wordsEnd(cursor, 1));
}

/** The index after `count` words with single spaces between. */
function wordsEnd({ bytes, at, end }: Cursor, count: number): number {
  let i = at;
  for (let left = count; i < end; i++) if (isSpace(bytes[i]) && --left === 0) break;
  return i;
}

function isNamed(raw: Uint8Array, name: string): boolean {
  const written = decodeLoosely(raw, 0, raw.length);
  if (written.toUpperCase() === "INBOX") return name.toUpperCase() === "INBOX";
  return written === name || decodeFolderName(raw) === name;
}

function takeName(cursor: Cursor, end: number): Uint8Array {
  const { bytes, at } = cursor;
  if (end <= at) throw cursor.error("expected a folder name");
  cursor.at = end;
  return bytes.slice(at, end);
}

/** The end of a name that nothing but a list may follow. */
function nameEnd({ bytes, at, end }: Cursor): number {
  const last = lessSpace(bytes, at, end);
  if (bytes[last - 1] !== RPAREN) return last;
  return lessSpace(bytes, at, listStart(bytes, at, last) ?? last);
}

/** `end` without the white space before it. */
function lessSpace(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && isSpace(bytes[end - 1])) end--;
  return end;
}

/** The start of the list that ends at `end`, if white space precedes it. */
function listStart(bytes: Uint8Array, start: number, end: number): number | null {
  let depth = 0;
  for (let i = end - 1; i > start; i--) {
    if (bytes[i] === RPAREN) depth++;
    else if (bytes[i] === LPAREN && --depth === 0) return isSpace(bytes[i - 1]) ? i : null;
  }
  return null;
}

/** Whether a byte is white space; a response that was broken may have line ends too. */
export function isSpace(byte: number): boolean {
  return byte === SP || byte === TAB || byte === CR || byte === LF;
}
