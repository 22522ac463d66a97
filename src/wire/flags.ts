import { ProtocolError } from "../model/errors.ts";
import type { BadItem } from "../model/responses.ts";
import type { Cursor } from "./cursor.ts";
import { decodeLoosely, LPAREN, RPAREN } from "../util/bytes.ts";
import { InternCache } from "./intern_cache.ts";

const known = new InternCache<readonly string[]>(RPAREN);
const NONE: readonly string[] = Object.freeze([]);

/**
 * A flag list (RFC 9051 `flag-list`). Quoted flags and `NIL` pass, since some servers send them.
 */
export function readFlags(cursor: Cursor): readonly string[] {
  if (cursor.peek() !== LPAREN && cursor.nil()) return NONE;
  const recalled = known.take(cursor);
  if (recalled !== undefined) return recalled;
  const start = cursor.at;
  const flags: string[] = [];
  cursor.open();
  for (let count = 0; cursor.more(count); count++) {
    flags.push(cursor.astring());
    if (!cursor.atGap()) throw cursor.error("expected a space after a flag");
  }
  known.keep(cursor, start, Object.freeze(flags));
  return flags;
}

/**
 * A flag list at the end of a response, which may contain something that is not a flag. The flags
 * in it are returned nevertheless, together with what is wrong.
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

/** Flags have white space between; a parenthesis is the list's own, or does not belong there. */
const PIECE = /[()]|"(?:[^"\\]|\\.)*"|[^\s()]+/g;
const QUOTED = /^".*"$/s;
/** How many flags are read of a list that is not well formed. */
const MAX_FLAGS = 1000;

/**
 * The flags of a malformed list, apart from those in or next to further parentheses, or next to a
 * quotation mark. `null` if it is not a list, or if nothing in it is wrong.
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

/** Whether a piece has white space, or the end of the list, on both sides. */
function isWhole(text: string, start: number, end: number): boolean {
  return /[\s(]/.test(text[start - 1]) && /^(?:[\s)]|$)/.test(text.slice(end, end + 1));
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(["\\])/g, "$1");
}
