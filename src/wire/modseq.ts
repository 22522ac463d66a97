import { InvalidArgumentError, named } from "../model/errors.ts";
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

/** One more than the highest mod-sequence (RFC 7162 section 7). */
const END = 2n ** 63n;

/**
 * A caller's mod-sequence, from `least` on. Throws {@linkcode InvalidArgumentError} for anything
 * else; `name` is the option's.
 */
export function checkedModseq(modseq: number | bigint, name: string, least: 0 | 1): bigint {
  const isWhole = typeof modseq === "bigint" || Number.isSafeInteger(modseq);
  if (isWhole && modseq >= least && modseq < END) return BigInt(modseq);
  // Programs that keep their state as JSON have it as a string.
  const given: unknown = modseq;
  const shown = typeof given === "string"
    ? `${JSON.stringify(given)} is a string, convert it by BigInt`
    : named(given);
  throw new InvalidArgumentError(
    `'${name}' must be a mod-sequence, a whole number from ${least} to 2^63 - 1: ${shown}`,
  );
}
