import { concat, decodeAscii, encodeUtf8, LF, NINE, SP, ZERO } from "../util/bytes.ts";
import type { Frame } from "./reader.ts";

/** A longer list of ids is read in pieces of about this many bytes, a few milliseconds each. */
const LENGTH = 128 * 1024;
/** A set is read in pieces of about this many ids. */
const IDS = 500_000;
const SEARCH = /^\* (?:SEARCH|SORT) /i;
const ESEARCH = /^\* ESEARCH [^"]*(?:"[^"]*"[^"]*)?\bALL (?=\d)/i;
const LONGEST_HEAD = 120;

/**
 * Splits a SEARCH, SORT or ESEARCH response with very many ids into several, as servers may do
 * themselves, so that other tasks can run in between. `null` for any other response. A set of more
 * than `most` ids is not split, so that it is refused as a whole.
 */
export function piecesOf(frame: Frame, most: number): Iterable<Frame> | null {
  const { bytes, start, end } = frame;
  const letter = bytes[start + 2] | 32;
  const isLong = end - start > 2 * LENGTH;
  if (letter !== LETTER_E && !(isLong && letter === LETTER_S)) return null;
  const beginning = decodeAscii(bytes, start, Math.min(end, start + LONGEST_HEAD));
  const head = (letter === LETTER_S ? SEARCH : ESEARCH).exec(beginning)?.[0].length;
  if (head === undefined || hasLines(frame)) return null;
  if (letter === LETTER_S) return numberPieces(frame, start + head);
  const size = isLong ? most : sizeOfSet(bytes, start + head, end);
  return isLong || (size > 2 * IDS && size <= most) ? setPieces(frame, start + head) : null;
}

const [LETTER_S, LETTER_E, COMMA, COLON] = encodeUtf8("se,:");

/** Whether it has line ends within, and so perhaps a literal, which must not be cut in two. */
function hasLines({ bytes, start, end }: Frame): boolean {
  const lineEnd = bytes.indexOf(LF, start);
  return lineEnd >= 0 && lineEnd < end;
}

/** The numbers from `from` on in pieces, each after the same head. */
function* numberPieces({ bytes, start, end }: Frame, from: number): Iterable<Frame> {
  const head = bytes.subarray(start, from);
  for (let at = from; at < end;) {
    const next = spaceBetween(bytes, at + LENGTH, end);
    yield frameOf(head, bytes.subarray(at, next));
    at = next + 1;
  }
}

/** The first space between two numbers from `at` on, or the end if there is none. */
function spaceBetween(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end - 1; i++) {
    if (bytes[i] === SP && isDigit(bytes[i - 1]) && isDigit(bytes[i + 1])) return i;
  }
  return end;
}

/** The set at `from` in pieces, with long ranges cut; what follows the set is in the last piece. */
function* setPieces({ bytes, start, end }: Frame, from: number): Iterable<Frame> {
  const head = bytes.subarray(start, from);
  let set = "";
  let count = 0;
  let after = from;
  for (const range of rangesOf(bytes, from, end)) {
    const step = range.first <= range.last ? 1 : -1;
    for (let { first } = range, left = sizeOf(range); left > 0;) {
      if (count >= IDS || set.length >= LENGTH) {
        yield frameOf(head, encodeUtf8(set));
        [set, count] = ["", 0];
      }
      const taken = Math.min(left, IDS - count);
      const last = first + step * (taken - 1);
      set += `${set === "" ? "" : ","}${first === last ? first : `${first}:${last}`}`;
      count += taken;
      left -= taken;
      first = last + step;
    }
    after = range.end;
  }
  yield frameOf(head, concat([encodeUtf8(set), bytes.subarray(after, end)]));
}

/** A range of a set, or a single id, and the index after it. */
interface Range {
  readonly first: number;
  readonly last: number;
  readonly end: number;
}

/** The ranges of a set, up to the first thing that is not a range. */
function* rangesOf(bytes: Uint8Array, start: number, end: number): Iterable<Range> {
  for (let at = start; at < end && isDigit(bytes[at]); at++) {
    const [first, firstEnd] = numberAt(bytes, at, end);
    const isRange = bytes[firstEnd] === COLON && isDigit(bytes[firstEnd + 1]);
    const [last, lastEnd] = isRange ? numberAt(bytes, firstEnd + 1, end) : [first, firstEnd];
    yield { first, last, end: lastEnd };
    at = lastEnd;
    if (bytes[at] !== COMMA) return;
  }
}

/** The number at `start`, and the index after it. */
function numberAt(bytes: Uint8Array, start: number, end: number): readonly [number, number] {
  let value = 0;
  let at = start;
  for (; at < end && isDigit(bytes[at]); at++) value = value * 10 + bytes[at] - ZERO;
  return [value, at];
}

function sizeOf({ first, last }: Range): number {
  return Math.abs(last - first) + 1;
}

/** How many ids a set has, up to where it can't be read. */
function sizeOfSet(bytes: Uint8Array, at: number, end: number): number {
  let size = 0;
  for (const range of rangesOf(bytes, at, end)) size += sizeOf(range);
  return size;
}

function frameOf(head: Uint8Array, rest: Uint8Array): Frame {
  const bytes = concat([head, rest]);
  return { bytes, start: 0, end: bytes.length, detached: [] };
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
