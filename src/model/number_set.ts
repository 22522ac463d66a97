import { showAs } from "../util/inspect.ts";
import { InvalidArgumentError, named } from "./errors.ts";
import type { SAVED } from "./saved.ts";
import { foundIn, placeOfBoth, rememberFoundIn } from "./found_in.ts";
import {
  commonBounds,
  isAscending,
  LARGEST_ID,
  mergedBounds,
  sortedBounds,
  withoutBounds,
} from "./ranges.ts";

/**
 * Message ids in the forms that every call accepts: a number, a set in IMAP's notation
 * (`"2,4:7,12:*"`), an iterable of both, or `SAVED`.
 */
export type MessageIds =
  | number
  | string
  | NumberSet
  | Iterable<number | string | Uint8Array>
  | typeof SAVED;

/** The most characters that an id takes, with the separator after it. */
const LONGEST_BOUND = 11;
/** Up to this many bounds are searched one by one. */
const FEW = 32;
/** `*`: the largest id in use. It compares higher than every number. */
const STAR = Infinity;

/** How many bounds of two sets are compared at most. */
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
  /** The first and last ids of the ranges in turn. A descending range is kept as it was given. */
  readonly #bounds: number[];
  /** The range in which the last id was found; the next id is often in it or in the one after. */
  #near = 0;
  /** Whether its ranges ascend and do not overlap; `null` if that is not yet known. */
  #isAscending: boolean | null = null;
  /** Whether it is written as `$`. */
  #isSaved = false;

  private constructor(bounds: number[] = []) {
    this.#bounds = bounds;
  }

  /** The set of these ids. Throws {@linkcode InvalidArgumentError} for anything else. */
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

  /** Whether it has no ids. */
  get isEmpty(): boolean {
    return this.#bounds.length === 0;
  }

  /** Whether it contains `*`, the largest id in use, which only the server knows. */
  get isOpen(): boolean {
    return this.#bounds.includes(STAR);
  }

  /** Whether it is `1:*`, which stands for every message, whatever its number. */
  get isEverything(): boolean {
    const [first, last, ...more] = this.#bounds;
    return more.length === 0 && Math.min(first, last) === 1 && Math.max(first, last) === STAR;
  }

  /** The lowest id in it; `Infinity` for `*` alone and for an empty set. */
  get lowest(): number {
    let lowest = Infinity;
    for (const bound of this.#bounds) if (bound < lowest) lowest = bound;
    return lowest;
  }

  /** The highest id in it; `Infinity` with a `*`, and 0 for an empty set. */
  get highest(): number {
    let highest = 0;
    for (const bound of this.#bounds) if (bound > highest) highest = bound;
    return highest;
  }

  /** How many ids it has, duplicates included; `Infinity` with a `*`. */
  get size(): number {
    let size = 0;
    for (const [first, last] of this.ranges()) {
      size += first === last ? 1 : Math.abs(last - first) + 1;
    }
    return this.isOpen ? Infinity : size;
  }

  /** Its ranges as pairs of first and last id, in the order given; `Infinity` stands for `*`. */
  *ranges(): Generator<readonly [first: number, last: number]> {
    for (let i = 0; i < this.#bounds.length; i += 2) yield [this.#bounds[i], this.#bounds[i + 1]];
  }

  /**
   * Its ids one by one, in the order given. Throws {@linkcode InvalidArgumentError} if the set
   * contains `*`, since only the server knows which id that is.
   */
  *[Symbol.iterator](): Generator<number> {
    if (this.isOpen) throw openSet(this);
    for (const [first, last] of this.ranges()) {
      if (first <= last) { for (let id = first; id <= last; id++) yield id; }
      else for (let id = first; id >= last; id--) yield id;
    }
  }

  /** Whether an id may be in the set; `*` may be any id. */
  has(id: number): boolean {
    if (id < 1 || id > LARGEST_ID) return false;
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

  /** The last range that begins at or before this id; the ranges must ascend. */
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
   * Whether an id may be in both sets. `*` may be any id. If there are very many ranges, the answer
   * is `true` without a comparison of each with each.
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
   * The ids that are in either set, in ascending order and without duplicates. Like the other
   * operations on two sets it takes time and memory by the number of ranges, not of ids.
   *
   * If a search found the ids of one set, the result belongs to the folder that they were found in.
   * Throws {@linkcode IllegalStateError} if the two sets were found in different folders, and
   * `InvalidArgumentError` if one of them is not a set of message ids.
   *
   * ```ts
   * import { NumberSet } from "@imapclient/imapclient";
   *
   * `${NumberSet.from("1:5,9").union("4:7")}`; // 1:7,9
   * ```
   */
  union(other: MessageIds): NumberSet {
    const set = NumberSet.from(other);
    return this.#with(other, mergedBounds([...this.#bounds, ...set.#bounds]));
  }

  /**
   * The ids that are in both sets; otherwise like {@linkcode NumberSet.union}. Throws
   * `InvalidArgumentError` if a set contains `*`, since only the server knows which id that is;
   * `1:*` stands for every id and is allowed.
   *
   * ```ts
   * import { NumberSet } from "@imapclient/imapclient";
   *
   * `${NumberSet.from("1:5,9").intersection("4:9")}`; // 4:5,9
   * ```
   */
  intersection(other: MessageIds): NumberSet {
    const set = NumberSet.from(other);
    if (this.isEverything) return this.#with(other, mergedBounds(set.#bounds));
    if (set.isEverything) return this.#with(other, mergedBounds(this.#bounds));
    return this.#with(other, commonBounds(this.#known(), set.#known()));
  }

  /**
   * The ids of this set that are not in the other one; otherwise like
   * {@linkcode NumberSet.intersection}.
   *
   * ```ts
   * import { NumberSet } from "@imapclient/imapclient";
   *
   * `${NumberSet.from("1:9").difference([3, 4, 5])}`; // 1:2,6:9
   * ```
   */
  difference(other: MessageIds): NumberSet {
    const set = NumberSet.from(other);
    if (set.isEverything) return this.#with(other, []);
    return this.#with(other, withoutBounds(this.#known(), set.#known()));
  }

  /** Whether all of its ids are in the other set too; throws like `intersection`. */
  isSubsetOf(other: MessageIds): boolean {
    return this.difference(other).isEmpty;
  }

  /** Its ranges, merged; it must not have a `*`. */
  #known(): number[] {
    if (this.isOpen) throw openSet(this);
    return mergedBounds(this.#bounds);
  }

  /** Ids that come of this set and the other one. */
  #with(other: MessageIds, bounds: number[]): NumberSet {
    return rememberFoundIn(new NumberSet(bounds), placeOfBoth(foundIn(this), foundIn(other)));
  }

  /**
   * The same ids in several sets of at most `length` characters each, in ascending order and
   * without duplicates. If this set is short enough, it is returned as it is.
   */
  split(length: number): readonly NumberSet[] {
    const isShort = this.#isSaved || this.#bounds.length * LONGEST_BOUND <= length;
    if (isShort || widthOf(this.#bounds) <= length) return [this];
    const given = this.#bounds;
    const bounds = isAscending(given) ? given : sortedBounds(given);
    const parts: NumberSet[] = [];
    let part: number[] = [];
    let room = 0;
    for (let i = 0; i < bounds.length;) {
      const first = bounds[i];
      let last = bounds[i + 1];
      // Join ranges that touch.
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

  /** The set in IMAP's notation: `2,4:7,12:*`. */
  toString(): string {
    const bounds = this.#bounds;
    if (this.#isSaved) return "$";
    if (bounds.length === 2) return rangeText(bounds[0], bounds[1]);
    const parts: string[] = [];
    for (const [first, last] of this.ranges()) parts.push(rangeText(first, last));
    return parts.join(",");
  }

  /** The same text, for `JSON.stringify`; {@linkcode NumberSet.from} reads it. */
  toJSON(): string {
    return this.toString();
  }

  /**
   * The same ids. With `isSaved`, they are written as `$`, for a server that has saved them (RFC
   * 5182).
   *
   * @internal
   */
  copy(isSaved: boolean): NumberSet {
    const set = new NumberSet(this.#bounds);
    set.#isSaved = isSaved;
    return set;
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

  /** Adds a range, and joins it to the last one if it follows directly. */
  #addRange(first: number, last: number): void {
    const bounds = this.#bounds;
    const end = bounds.length - 1;
    if (first === last && end > 0 && bounds[end] + 1 === first && bounds[end - 1] <= bounds[end]) {
      bounds[end] = first;
    } else bounds.push(first, last);
  }
}

/** How many ranges `console.log` shows. */
const SHOWN = 20;

showAs(NumberSet, (set) => {
  const parts: string[] = [];
  for (const [first, last] of set.ranges()) {
    parts.push(parts.length < SHOWN ? rangeText(first, last) : "...");
    if (parts.length > SHOWN) break;
  }
  return `NumberSet <${parts.join(",")}>`;
});

function openSet(set: NumberSet): InvalidArgumentError {
  return new InvalidArgumentError(`only the server knows which ids these are: ${set}`);
}

function bound(text: string): number {
  return text === "*" ? STAR : checked(Number(text));
}

function checked(id: number): number {
  if (!Number.isInteger(id) || id < 1 || id > LARGEST_ID) {
    throw new InvalidArgumentError(
      `a message id must be a whole number from 1 to ${LARGEST_ID}: ${id}`,
    );
  }
  return id;
}

/** How many characters it takes to write ranges. */
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
