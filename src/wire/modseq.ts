import { HYPHEN, LPAREN, NINE, RPAREN, ZERO } from "../util/bytes.ts";
import type { Cursor } from "./cursor.ts";

/**
 * A mod-sequence: `(12345)` (RFC 7162 section 7), or the same without parentheses. `null` if there
 * is none, which servers write as `(-1)` (Zoho), `()` or `NIL`.
 */
export function readModseq(cursor: Cursor): bigint | null {
  const listed = cursor.take(LPAREN);
  const next = cursor.next();
  let modseq: bigint | null = null;
  if (next >= ZERO && next <= NINE) modseq = cursor.bigNumber();
  else if (!(listed && next === RPAREN) && !cursor.nil()) skipNegative(cursor);
  if (listed) cursor.space().expect(RPAREN);
  return modseq;
}

function skipNegative(cursor: Cursor): void {
  if (!cursor.take(HYPHEN)) throw cursor.error("expected a mod-sequence");
  cursor.bigNumber();
}
