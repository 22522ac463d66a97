import type { Cursor } from "./cursor.ts";

/** So many values are kept; a power of two. */
const PLACES = 512;
/** What is longer is not kept: it hardly recurs. */
const LONGEST = 200;

/** A value, and the bytes that it was read from. */
interface Known<Value> {
  readonly bytes: Uint8Array;
  readonly value: Value;
}

/**
 * What recurs in responses - addresses, lists of flags, parameters - by the bytes that it was read
 * from: it is read once, and takes memory once. Each value has a place that its bytes give, where
 * it stays until another comes for that: so memory is bounded, whatever comes.
 */
export class InternCache<Value> {
  readonly #known: (Known<Value> | undefined)[] = new Array(PLACES).fill(undefined);
  readonly #mark: number;
  /** Where the last value began that was looked for, and its place: what is kept next is that. */
  #start = -1;
  #place = 0;

  /** The bytes in front of `mark` give the place: it ends what is read, or follows. */
  constructor(mark: number) {
    this.#mark = mark;
  }

  /** What comes next, if that was read before; takes its bytes then. */
  take(cursor: Cursor): Value | undefined {
    if (!cursor.isWhole) return undefined;
    this.#start = cursor.at;
    this.#place = this.#placeOf(cursor, cursor.at);
    const known = this.#known[this.#place];
    return known !== undefined && cursor.takeAll(known.bytes) ? known.value : undefined;
  }

  /** Remembers what was read from `start` to where the cursor is; nobody must change it. */
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
