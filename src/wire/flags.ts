import type { Cursor } from "./cursor.ts";
import { DQUOTE } from "./bytes.ts";

/** A flag list (RFC 9051 `flag-list`); quoted flags and `NIL` pass, as some servers send them. */
export function readFlags(cursor: Cursor): readonly string[] {
  const flags: string[] = [];
  if (cursor.nil()) return flags;
  cursor.open();
  for (let count = 0; cursor.more(count); count++) {
    flags.push(cursor.peek() === DQUOTE ? cursor.quoted() : cursor.word());
  }
  return flags;
}
