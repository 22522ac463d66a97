import type { Cursor } from "./cursor.ts";
import { DQUOTE, LPAREN, RPAREN } from "./bytes.ts";
import { Recall } from "./recall.ts";

const known = new Recall<readonly string[]>(RPAREN);
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
    flags.push(cursor.peek() === DQUOTE ? cursor.quoted() : cursor.word());
  }
  known.keep(cursor, start, Object.freeze(flags));
  return flags;
}
