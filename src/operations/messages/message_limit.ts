import { LARGEST_ID } from "../../model/ranges.ts";
import { ImapError, MessageLimitError, withPartial } from "../../model/errors.ts";
import { intersection, union } from "../../model/id_ranges.ts";
import { foundIn, rememberFoundIn } from "../../model/found_in.ts";
import { NumberSet } from "../../model/number_set.ts";
import { type SearchIds, searchIds } from "../../model/search_ids.ts";

/** The most commands that one call sends, should a server do very little with each. */
export const MAX_STEPS = 10_000;

/**
 * Runs `step` for messages, by UID, and again for those that the server left out because they were
 * too many for one command (MESSAGELIMIT, RFC 9738 section 3.1); it begins with the highest UIDs.
 * `take` gets the result of each step. Throws {@linkcode MessageLimitError} if there is no
 * progress, or if it is unknown where to go on.
 */
export async function belowLimit<Part>(
  ids: NumberSet,
  step: (ids: NumberSet) => Promise<Part>,
  take: (part: Part) => void,
): Promise<void> {
  let left = ids;
  for (let steps = 1; !left.isEmpty; steps++) {
    try {
      take(await step(left));
      return;
    } catch (error) {
      const rest = steps < MAX_STEPS ? restOf(error, left) : null;
      if (rest === null) throw error;
      take((error as MessageLimitError).partial as Part);
      left = rest;
    }
  }
}

/** Searches all messages, where `step` searches those with the given UIDs. */
export async function searchBelowLimit(
  step: (among?: NumberSet) => Promise<SearchIds>,
): Promise<SearchIds> {
  // The last part has the lowest ids, and servers give ids in ascending order.
  const parts: SearchIds[] = [];
  const everything = NumberSet.from(`1:${LARGEST_ID}`);
  const joined = () => parts.length === 1 ? parts[0] : joinedIds(parts.toReversed());
  try {
    const one = (ids: NumberSet) => step(ids === everything ? undefined : ids);
    await belowLimit(everything, one, (part) => parts.push(part));
  } catch (error) {
    if (parts.length === 0) throw error;
    const more = error instanceof ImapError ? error.partial as SearchIds | null : null;
    if (more !== null) parts.push(more);
    throw withAll(error, joined());
  }
  return joined();
}

function joinedIds(parts: readonly SearchIds[]): SearchIds {
  const modseqs = parts.map(({ modseq }) => modseq).filter((it) => it !== null);
  const highest = modseqs.reduce<bigint | null>((a, b) => a !== null && a > b ? a : b, null);
  return rememberFoundIn(searchIds(parts.flat(), highest), foundIn(parts[0]));
}

/**
 * The ids in sets of at most `limit` messages, the lowest first, if there is a message for each of
 * them: `isKnown` if a search found them, else if the folder has so many. How many messages `1:*`
 * or a set with gaps stands for is not known: it stays whole, and the server says where it stopped.
 */
export function withinLimit(
  ids: NumberSet,
  limit: number,
  isKnown: boolean,
  exists: number | undefined,
): readonly NumberSet[] {
  // Together with what they name twice, they are no fewer.
  if (limit === Infinity || ids.isOpen || ids.size <= limit) return [ids];
  const all = union([ids]);
  const { size } = all;
  const isExact = isKnown || exists !== undefined && size <= exists;
  if (!isExact || size <= limit || size / limit > MAX_STEPS) return [ids];
  return cutAt(all, limit);
}

/** Cuts an ascending set into sets of this many ids. */
function cutAt(ids: NumberSet, size: number): NumberSet[] {
  const parts: NumberSet[] = [];
  let part: string[] = [];
  let room = size;
  for (const [low, high] of ids.ranges()) {
    for (let first = low; first <= high;) {
      const last = Math.min(high, first + room - 1);
      part.push(`${first}:${last}`);
      room -= last - first + 1;
      first = last + 1;
      if (room > 0) continue;
      parts.push(NumberSet.from(part));
      [part, room] = [[], size];
    }
  }
  return part.length === 0 ? parts : [...parts, NumberSet.from(part)];
}

/** The ids that a step left out; `null` if that is unknown, or nothing was done. */
export function restOf(error: unknown, ids: NumberSet): NumberSet | null {
  if (!(error instanceof MessageLimitError)) return null;
  return splitAt(error.lowest, ids)?.rest ?? null;
}

/**
 * Splits a set that is too large for COPY, which does all or nothing (NO [MESSAGELIMIT]), into what
 * fits and the rest; `null` if the server did not say how.
 */
export function partsOf(
  error: unknown,
  ids: NumberSet,
): { fits: NumberSet; rest: NumberSet } | null {
  if (!(error instanceof ImapError) || error.code !== "MESSAGELIMIT") return null;
  if (error instanceof MessageLimitError) return null;
  const parts = splitAt(error.responseCode?.uid ?? null, ids);
  return parts === null || parts.rest.isEmpty ? null : parts;
}

function splitAt(uid: number | null, ids: NumberSet) {
  if (uid === null || uid < 1) return null;
  const fits = intersection(ids, NumberSet.from(`${uid}:${LARGEST_ID}`));
  if (fits.isEmpty) return null;
  const rest = uid === 1 ? NumberSet.from([]) : intersection(ids, NumberSet.from(`1:${uid - 1}`));
  return { fits, rest };
}

/** The error of a step, with the results of all steps. */
export function withAll(error: unknown, all: unknown): unknown {
  return error instanceof ImapError ? withPartial(error, all) : error;
}
