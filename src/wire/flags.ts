import type { Cursor } from "./cursor.ts";
import { DQUOTE, LPAREN } from "./bytes.ts";
import { Recall } from "./recall.ts";

const known = new Recall<readonly string[]>();
const NONE: readonly string[] = Object.freeze([]);

/** A flag list (RFC 9051 `flag-list`); quoted flags and `NIL` pass, as some servers send them. */
export function readFlags(cursor: Cursor): readonly string[] {
  if (cursor.peek() !== LPAREN && cursor.nil()) return NONE;
  const start = cursor.at;
  const text = cursor.through(")");
  const recalled = known.get(text);
  if (recalled !== undefined) {
    cursor.at = start + text.length;
    return recalled;
  }
  const flags: string[] = [];
  cursor.open();
  for (let count = 0; cursor.more(count); count++) {
    flags.push(cursor.peek() === DQUOTE ? cursor.quoted() : cursor.word());
  }
  // A quoted flag may have the parenthesis in it.
  if (cursor.at === start + text.length) known.set(text, Object.freeze(flags));
  return flags;
}
