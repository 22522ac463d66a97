import { NumberSet } from "./number_set.ts";

/** The first and last id of a range; `Infinity` stands for `*`. */
type Range = readonly [first: number, last: number];

/** The ranges of a set in ascending order; ranges that overlap or touch are joined. */
function mergedRanges(set: NumberSet): Range[] {
  const ranges = Array.from(set.ranges(), ([a, b]): Range => a <= b ? [a, b] : [b, a])
    .sort((one, other) => one[0] - other[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of ranges) {
    const end = merged.at(-1);
    if (end !== undefined && first <= end[1] + 1) end[1] = Math.max(end[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** How many different ids a set has; `Infinity` with a `*`. */
export function countDistinct(set: NumberSet): number {
  let count = 0;
  for (const [first, last] of mergedRanges(set)) count += last === first ? 1 : last - first + 1;
  return count;
}

/** The ids that are in both sets, in ascending order and without duplicates. */
export function intersection(one: NumberSet, other: NumberSet): NumberSet {
  const [mine, theirs] = [mergedRanges(one), mergedRanges(other)];
  const common: Range[] = [];
  for (let i = 0, j = 0; i < mine.length && j < theirs.length;) {
    const first = Math.max(mine[i][0], theirs[j][0]);
    const last = Math.min(mine[i][1], theirs[j][1]);
    if (first <= last) common.push([first, last]);
    if (mine[i][1] < theirs[j][1]) i++;
    else j++;
  }
  return setOf(common);
}

/** The ids of several sets as one. */
export function union(sets: Iterable<NumberSet>): NumberSet {
  const all = Array.from(sets).filter((set) => !set.isEmpty);
  return setOf(mergedRanges(NumberSet.from(all.map(String))));
}

function setOf(ranges: readonly Range[]): NumberSet {
  return NumberSet.from(ranges.map(([first, last]) => `${show(first)}:${show(last)}`));
}

function show(bound: number): string {
  return bound === Infinity ? "*" : String(bound);
}
