import { NumberSet } from "./number_set.ts";
import { type Bounds, commonBounds, mergedBounds } from "./ranges.ts";

/** How many different ids a set has; `Infinity` with a `*`. */
export function countDistinct(set: NumberSet): number {
  const ranges = mergedBounds(boundsOf(set));
  let count = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    count += ranges[i] === ranges[i + 1] ? 1 : ranges[i + 1] - ranges[i] + 1;
  }
  return count;
}

/**
 * The ids that are in both sets, in ascending order and without duplicates. Where the folder they
 * were found in matters, or a `*`, use the method of `NumberSet`.
 */
export function intersection(one: NumberSet, other: NumberSet): NumberSet {
  return setOf(commonBounds(mergedBounds(boundsOf(one)), mergedBounds(boundsOf(other))));
}

/** The ids of several sets as one. */
export function union(sets: Iterable<NumberSet>): NumberSet {
  return setOf(mergedBounds(Array.from(sets).flatMap(boundsOf)));
}

function boundsOf(set: NumberSet): number[] {
  const bounds: number[] = [];
  for (const [first, last] of set.ranges()) bounds.push(first, last);
  return bounds;
}

function setOf(bounds: Bounds): NumberSet {
  const ranges: string[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    ranges.push(`${show(bounds[i])}:${show(bounds[i + 1])}`);
  }
  return NumberSet.from(ranges);
}

function show(bound: number): string {
  return bound === Infinity ? "*" : String(bound);
}
