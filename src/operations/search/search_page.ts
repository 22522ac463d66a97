import { LARGEST_ID } from "../../model/ranges.ts";
import { InvalidArgumentError, namedPair, ProtocolError } from "../../model/errors.ts";
import { foundIn, rememberFoundIn } from "../../model/found_in.ts";
import type { NumberSet } from "../../model/number_set.ts";
import { type SearchIds, searchIds } from "../../model/search_ids.ts";
import type { PartialRange } from "../../model/search_results.ts";

/** Checks the range of a page. */
export function checkRange(range: unknown): PartialRange {
  const isRange = Array.isArray(range) && range.length === 2 && range.every(isPosition) &&
    (range[0] > 0) === (range[1] > 0);
  if (isRange) return range as unknown as PartialRange;
  throw new InvalidArgumentError(
    "`partial` must be two positions, both from the first result, as [1, 500], or both from the " +
      `last, as [-1, -500]: ${namedPair(range)}`,
  );
}

function isPosition(position: unknown): boolean {
  return Number.isInteger(position) && position !== 0 && Math.abs(position as number) <= LARGEST_ID;
}

/** The part of `all` that a range names, by position, in the order of the set. */
export function pageOf(
  all: NumberSet,
  range: PartialRange,
  modseq: bigint | null,
  most: number,
): SearchIds {
  const { size } = all;
  const [low, high] = [Math.min(...range), Math.max(...range)];
  const first = low > 0 ? low : Math.max(1, size + low + 1);
  const last = Math.min(size, low > 0 ? high : size + high + 1);
  checkSize(last - first + 1, most);
  const ids: number[] = [];
  let before = 0;
  for (const [from, to] of all.ranges()) {
    const count = Math.abs(to - from) + 1;
    const step = from <= to ? 1 : -1;
    const end = Math.min(count, last - before);
    for (let at = Math.max(0, first - 1 - before); at < end; at++) ids.push(from + at * step);
    before += count;
    if (before >= last) break;
  }
  return rememberFoundIn(searchIds(ids, modseq), foundIn(all));
}

/** All ids of a set as a list. */
export function listOf(set: NumberSet, modseq: bigint | null, most: number): SearchIds {
  checkSize(set.size, most);
  return rememberFoundIn(searchIds([...set], modseq), foundIn(set));
}

function checkSize(size: number, most: number): void {
  if (size > most) throw new ProtocolError(`a search result of ${size} messages`);
}
