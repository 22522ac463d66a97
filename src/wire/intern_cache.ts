import type { Cursor } from "./cursor.ts";

/** How many values are kept; a power of two. */
const PLACES = 512;
/** Longer values are not kept, since they hardly recur. */
const LONGEST = 200;

/** A value and the bytes that it was read from. */
interface Known<Value> {
  readonly bytes: Uint8Array;
  readonly value: Value;
}

/**
 * Keeps values that recur in responses (addresses, flag lists, parameters) by their bytes, so that
 * each is read once and takes memory once. The bytes determine the place of a value, where it stays
 * until another value replaces it, so memory is bounded.
 */
export class InternCache<Value> {
  readonly #known: (Known<Value> | undefined)[] = new Array(PLACES).fill(undefined);
  readonly #mark: number;
  /** The start and the place of the value that was last looked for, which is often kept next. */
  #start = -1;
  #place = 0;

  /** A value's bytes before `mark` determine its place; `mark` ends the value or follows it. */
  constructor(mark: number) {
    this.#mark = mark;
  }

  /** Takes the next value if it is known; otherwise takes nothing. */
  take(cursor: Cursor): Value | undefined {
    if (!cursor.isWhole) return undefined;
    this.#start = cursor.at;
    this.#place = this.#placeOf(cursor, cursor.at);
    const known = this.#known[this.#place];
    return known !== undefined && cursor.takeAll(known.bytes) ? known.value : undefined;
  }

  /** Keeps the value that was read from `start` up to the cursor. Nobody may change it. */
  keep(cursor: Cursor, start: number, value: Value): void {
    if (cursor.at - start > LONGEST || !cursor.isWhole) return;
    const bytes = cursor.bytes.slice(start, cursor.at);
    const place = start === this.#start ? this.#place : this.#placeOf(cursor, start);
    this.#known[place] = { bytes, value };
  }

  #placeOf({ bytes, end }: Cursor, start: number): number {
    const stop = Math.min(end, start + LONGEST);
    let place = 0;
    for (let i = start; i < stop && bytes[i] !== this.#mark; i++) place = place * 31 + bytes[i] | 0;
    return place & (PLACES - 1);
  }
}
