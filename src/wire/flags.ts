import { ProtocolError } from "../model/errors.ts";
import type { BadItem } from "../model/responses.ts";
import type { Cursor } from "./cursor.ts";
import { decodeLoosely, LPAREN, RPAREN } from "../util/bytes.ts";
import { InternCache } from "./intern_cache.ts";

const known = new InternCache<readonly string[]>(RPAREN);
const NONE: readonly string[] = Object.freeze([]);

/** A flag list (RFC 9051 `flag-list`); quoted flags and `NIL` pass, as some servers send them. */
export function readFlags(cursor: Cursor): readonly string[] {
  if (cursor.peek() !== LPAREN && cursor.nil()) return NONE;
  const recalled = known.take(cursor);
  if (recalled !== undefined) return recalled;
  const start = cursor.at;
  const flags: string[] = [];
  cursor.open();
  for (let count = 0; cursor.more(count); count++) {
    flags.push(cursor.astring());
    if (!cursor.atGap()) throw cursor.error("expected a space behind a flag");
  }
  known.keep(cursor, start, Object.freeze(flags));
  return flags;
}

/**
 * A flag list in which something may stand that is no flag, with nothing behind it that has to be
 * read: the others are given all the same, with what is wrong.
 */
export function readOddFlags(
  cursor: Cursor,
  name: string,
): { flags: readonly string[]; bad?: BadItem } {
  const start = cursor.space().at;
  try {
    return { flags: readFlags(cursor) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const raw = cursor.bytes.slice(start, cursor.end);
    const flags = readableFlags(raw);
    if (flags === null) throw error;
    return { flags, bad: { name, raw, error } };
  }
}

/** White space stands between flags; a parenthesis is the list's own, or does not belong there. */
const PIECE = /[()]|"(?:[^"\\]|\\.)*"|[^\s()]+/g;
const QUOTED = /^".*"$/s;
/** So many flags of a list are read that holds something else. */
const MAX_FLAGS = 1000;

/**
 * The flags of a list that are neither in parentheses of their own nor next to any, nor to a
 * quotation mark; `null` where that is no list, or nothing of it is lost.
 */
export function readableFlags(raw: Uint8Array): readonly string[] | null {
  const text = decodeLoosely(raw, 0, raw.length);
  const flags: string[] = [];
  let depth = 0;
  let lost = false;
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    if (piece === "(") depth++;
    else if (depth === 0) return null;
    else if (piece === ")") {
      if (--depth === 0) break;
    } else if (depth === 1 && isWhole(text, index, index + piece.length)) {
      const flag = QUOTED.test(piece) ? unquoted(piece) : piece;
      if (!flag.includes('"') && flags.length < MAX_FLAGS) flags.push(flag);
      else lost = true;
    } else lost = true;
  }
  return lost ? flags : null;
}

/** Whether white space, or the list's end, stands around a piece. */
function isWhole(text: string, start: number, end: number): boolean {
  return /[\s(]/.test(text[start - 1]) && /^(?:[\s)]|$)/.test(text.slice(end, end + 1));
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(["\\])/g, "$1");
}
