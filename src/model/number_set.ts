import { InvalidArgumentError, named } from "./errors.ts";
import { foundIn, rememberFoundIn } from "./found_in.ts";

/**
 * Message ids as every call takes them: a number, a set in IMAP's notation (`"2,4:7,12:*"`), or
 * numbers and such sets in any iterable.
 */
export type MessageIds = number | string | NumberSet | Iterable<number | string | Uint8Array>;

/** The largest id there can be (RFC 9051 `nz-number`). */
const LARGEST = 0xffffffff;
/** So many characters an id is written in at the most, with what stands behind it. */
const LONGEST_BOUND = 11;
/** So many bounds are looked through as they stand. */
const FEW = 32;
/** `*`: the largest id in use. It compares higher than every number. */
const STAR = Infinity;

/** So many bounds of two sets are compared at the most. */
const MAX_COMPARED = 40_000;

const RANGE = /^(\d{1,10}|\*)(?::(\d{1,10}|\*))?$/;

/**
 * A set of sequence numbers or UIDs (RFC 9051 `sequence-set`), kept as ranges: `1:4294967295`
 * takes no more memory than `1`.
 *
 * ```ts
 * import { NumberSet } from "@imapclient/imapclient";
 *
 * `${NumberSet.from([1, 2, 3, 7, "12:*"])}`; // 1:3,7,12:*
 * ```
 */
export class NumberSet {
  /** Firsts and lasts by turns; a range is kept as it was given, descending ones too. */
  readonly #bounds: number[];
  /** The range in which an id was last found: most often the next one is there, or just behind. */
  #near = 0;
  /** Whether its ranges ascend and are apart; `null` while nobody asked. */
  #isAscending: boolean | null = null;

  private constructor(bounds: number[] = []) {
    this.#bounds = bounds;
  }

  /** The set of these ids. Throws {@linkcode InvalidArgumentError} for what is no id. */
  static from(ids: MessageIds): NumberSet {
    if (ids instanceof NumberSet) return ids;
    if (typeof ids === "number") return new NumberSet([checked(ids), ids]);
    const set = new NumberSet();
    if (typeof ids === "string" || ids instanceof Uint8Array) {
      set.#add(ids);
    } else if (ids !== null && typeof ids === "object" && Symbol.iterator in ids) {
      for (const id of ids) set.#add(id);
      rememberFoundIn(set, foundIn(ids));
    } else {
      throw new InvalidArgumentError(
        `message ids must be a number, a set or a list: ${named(ids)}`,
      );
    }
    return set;
  }

  /** Whether it holds nothing. */
  get isEmpty(): boolean {
    return this.#bounds.length === 0;
  }

  /** Whether it names `*`, the largest id in use, which only the server knows. */
  get isOpen(): boolean {
    return this.#bounds.includes(STAR);
  }

  /** Whether it is `1:*`, which names every message, whatever its number. */
  get isEverything(): boolean {
    const [first, last, ...more] = this.#bounds;
    return more.length === 0 && Math.min(first, last) === 1 && Math.max(first, last) === STAR;
  }

  /** The lowest id that it names; `Infinity` for `*` alone, and where it holds nothing. */
  get lowest(): number {
    let lowest = Infinity;
    for (const bound of this.#bounds) if (bound < lowest) lowest = bound;
    return lowest;
  }

  /** How many ids it holds, repetitions counted; `Infinity` with a `*`. */
  get size(): number {
    let size = 0;
    for (const [first, last] of this.ranges()) {
      size += first === last ? 1 : Math.abs(last - first) + 1;
    }
    return this.isOpen ? Infinity : size;
  }

  /** Its ranges as pairs of first and last, in the order given; `Infinity` stands for `*`. */
  *ranges(): Generator<readonly [first: number, last: number]> {
    for (let i = 0; i < this.#bounds.length; i += 2) yield [this.#bounds[i], this.#bounds[i + 1]];
  }

  /**
   * Its ids one by one, in the order given. Throws {@linkcode InvalidArgumentError} where the set
   * names `*`, since nobody here knows which id that is.
   */
  *[Symbol.iterator](): Generator<number> {
    if (this.isOpen) throw new InvalidArgumentError(`ids without end: ${this}`);
    for (const [first, last] of this.ranges()) {
      if (first <= last) { for (let id = first; id <= last; id++) yield id; }
      else for (let id = first; id >= last; id--) yield id;
    }
  }

  /** Whether an id is in the set, as far as can be told: `*` may be any id. */
  has(id: number): boolean {
    if (id < 1 || id > LARGEST) return false;
    const { length } = this.#bounds;
    const near = this.#near;
    if (length === 0) return false;
    if (this.#holds(near, id) || (near + 2 < length && this.#holds(near + 2, id))) return true;
    if (length > FEW && (this.#isAscending ??= isAscending(this.#bounds))) {
      return this.#holds(this.#rangeUpTo(id), id) || this.#holds(length - 2, id);
    }
    for (let i = 0; i < length; i += 2) if (this.#holds(i, id)) return true;
    return false;
  }

  /** In ascending ranges: the last that begins at this id or in front of it. */
  #rangeUpTo(id: number): number {
    let [low, high] = [0, this.#bounds.length / 2 - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#bounds[2 * middle] <= id) low = middle;
      else high = middle - 1;
    }
    return 2 * low;
  }

  #holds(range: number, id: number): boolean {
    const first = this.#bounds[range];
    const last = this.#bounds[range + 1];
    if (first <= last ? id < first || id > last : id > first || id < last) {
      if (first !== STAR && last !== STAR) return false;
    }
    this.#near = range;
    return true;
  }

  /**
   * Whether an id may be in both sets. `*` may be any id, and of very many ranges not each is
   * compared with each.
   */
  overlaps(other: NumberSet): boolean {
    if (this.isOpen || other.isOpen) return true;
    if (this.#bounds.length * other.#bounds.length > MAX_COMPARED) return true;
    for (const [first, last] of this.ranges()) {
      for (const [from, to] of other.ranges()) {
        const isApart = Math.max(first, last) < Math.min(from, to) ||
          Math.max(from, to) < Math.min(first, last);
        if (!isApart) return true;
      }
    }
    return false;
  }

  /**
   * The same ids in sets that are written in at most `length` characters each, in ascending order
   * and without repetitions; just this set where it is short enough as it is.
   */
  split(length: number): readonly NumberSet[] {
    const isShort = this.#bounds.length * LONGEST_BOUND <= length;
    if (isShort || widthOf(this.#bounds) <= length) return [this];
    const given = this.#bounds;
    const bounds = isAscending(given) ? given : sortedBounds(given);
    const parts: NumberSet[] = [];
    let part: number[] = [];
    let room = 0;
    for (let i = 0; i < bounds.length;) {
      const first = bounds[i];
      let last = bounds[i + 1];
      // Those that meet are one.
      for (i += 2; i < bounds.length && bounds[i] <= last + 1; i += 2) {
        last = Math.max(last, bounds[i + 1]);
      }
      const size = rangeWidth(first, last) + 1;
      if (size > room || parts.length === 0) {
        part = [];
        parts.push(new NumberSet(part));
        room = length + 1;
      }
      part.push(first, last);
      room -= size;
    }
    return parts;
  }

  /** IMAP's notation: `2,4:7,12:*`. */
  toString(): string {
    const bounds = this.#bounds;
    if (bounds.length === 2) return rangeText(bounds[0], bounds[1]);
    const parts: string[] = [];
    for (const [first, last] of this.ranges()) parts.push(rangeText(first, last));
    return parts.join(",");
  }

  #add(id: number | string | Uint8Array): void {
    if (typeof id === "number") this.#addRange(checked(id), id);
    else if (typeof id === "string") this.#addText(id);
    else if (id instanceof Uint8Array) this.#addText(new TextDecoder().decode(id));
    else throw new InvalidArgumentError(`not a message id: ${named(id)}`);
  }

  #addText(text: string): void {
    for (const part of text.split(",")) {
      const match = RANGE.exec(part);
      if (match === null) {
        const hint = /^\d+-\d+$/.test(part) ? "; a range is written with a colon, as 50:65" : "";
        throw new InvalidArgumentError(`not a set of message ids: ${JSON.stringify(text)}${hint}`);
      }
      const first = bound(match[1]);
      this.#addRange(first, match[2] === undefined ? first : bound(match[2]));
    }
  }

  /** Adds a range; one that follows on the last is joined to it. */
  #addRange(first: number, last: number): void {
    const bounds = this.#bounds;
    const end = bounds.length - 1;
    if (first === last && end > 0 && bounds[end] + 1 === first && bounds[end - 1] <= bounds[end]) {
      bounds[end] = first;
    } else bounds.push(first, last);
  }
}

function bound(text: string): number {
  return text === "*" ? STAR : checked(Number(text));
}

function checked(id: number): number {
  if (!Number.isInteger(id) || id < 1 || id > LARGEST) {
    throw new InvalidArgumentError(
      `a message id must be a whole number from 1 to ${LARGEST}: ${id}`,
    );
  }
  return id;
}

/** Whether ranges, as firsts and lasts by turns, ascend and are apart. */
function isAscending(bounds: readonly number[]): boolean {
  for (let i = 0; i < bounds.length; i += 2) {
    if (bounds[i] > bounds[i + 1] || (i > 0 && bounds[i] <= bounds[i - 1])) return false;
  }
  return true;
}

/** Ranges by their lower bounds, that first. */
function sortedBounds(given: readonly number[]): readonly number[] {
  const singles: number[] = [];
  const wide: [low: number, high: number][] = [];
  for (let i = 0; i < given.length; i += 2) {
    const [one, other] = [given[i], given[i + 1]];
    if (one === other) singles.push(one);
    else wide.push(one < other ? [one, other] : [other, one]);
  }
  wide.sort(([one], [other]) => one - other);
  const sorted: number[] = [];
  let next = 0;
  // Numbers by themselves are sorted much faster than by a function.
  for (const single of Float64Array.from(singles).sort()) {
    for (; next < wide.length && wide[next][0] <= single; next++) sorted.push(...wide[next]);
    sorted.push(single, single);
  }
  for (; next < wide.length; next++) sorted.push(...wide[next]);
  return sorted;
}

/** How many characters ranges are written in. */
function widthOf(bounds: readonly number[]): number {
  let width = bounds.length / 2 - 1;
  for (let i = 0; i < bounds.length; i += 2) width += rangeWidth(bounds[i], bounds[i + 1]);
  return width;
}

function rangeWidth(first: number, last: number): number {
  return first === last ? boundWidth(first) : boundWidth(first) + 1 + boundWidth(last);
}

function boundWidth(bound: number): number {
  if (bound === STAR) return 1;
  let width = 1;
  for (let limit = 10; bound >= limit; limit *= 10) width++;
  return width;
}

function rangeText(first: number, last: number): string {
  return first === last ? show(first) : `${show(first)}:${show(last)}`;
}

function show(bound: number): string {
  return bound === STAR ? "*" : String(bound);
}
