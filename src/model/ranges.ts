/** The largest number of a message, a UID or a UIDVALIDITY (RFC 9051 `nz-number`). */
export const LARGEST_ID = 0xffffffff;

/** Ranges of numbers: the first and the last of each in turn. */
export type Bounds = readonly number[];

/** Whether ranges ascend and do not overlap. */
export function isAscending(bounds: Bounds): boolean {
  for (let i = 0; i < bounds.length; i += 2) {
    if (bounds[i] > bounds[i + 1] || (i > 0 && bounds[i] <= bounds[i - 1])) return false;
  }
  return true;
}

/** Ranges sorted by their lower bounds, each with that bound first. */
export function sortedBounds(given: Bounds): Bounds {
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
  // Typed arrays of numbers are sorted much faster than arrays by a function.
  for (const single of Float64Array.from(singles).sort()) {
    for (; next < wide.length && wide[next][0] <= single; next++) sorted.push(...wide[next]);
    sorted.push(single, single);
  }
  for (; next < wide.length; next++) sorted.push(...wide[next]);
  return sorted;
}

/** The same numbers in ascending ranges that neither overlap nor touch. */
export function mergedBounds(given: Bounds): number[] {
  const sorted = isAscending(given) ? given : sortedBounds(given);
  const merged: number[] = [];
  for (let i = 0; i < sorted.length; i += 2) {
    const end = merged.length - 1;
    if (end > 0 && sorted[i] <= merged[end] + 1) {
      merged[end] = Math.max(merged[end], sorted[i + 1]);
    } else merged.push(sorted[i], sorted[i + 1]);
  }
  return merged;
}

/** The numbers that are in both; each must be merged. */
export function commonBounds(one: Bounds, other: Bounds): number[] {
  const common: number[] = [];
  for (let i = 0, j = 0; i < one.length && j < other.length;) {
    const first = Math.max(one[i], other[j]);
    const last = Math.min(one[i + 1], other[j + 1]);
    if (first <= last) common.push(first, last);
    if (one[i + 1] < other[j + 1]) i += 2;
    else j += 2;
  }
  return common;
}

/** The numbers of `one` that are not in `other`; each must be merged. */
export function withoutBounds(one: Bounds, other: Bounds): number[] {
  const left: number[] = [];
  for (let i = 0, j = 0; i < one.length; i += 2) {
    let first = one[i];
    while (j < other.length && other[j + 1] < first) j += 2;
    for (let k = j; k < other.length && other[k] <= one[i + 1]; k += 2) {
      if (first < other[k]) left.push(first, other[k] - 1);
      first = other[k + 1] + 1;
    }
    if (first <= one[i + 1]) left.push(first, one[i + 1]);
  }
  return left;
}
