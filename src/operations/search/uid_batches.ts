import {
  batchesOf,
  type BatchRange,
  checkBatches,
  MAX_BATCHES,
  uidBatches,
} from "../../commands/search/uid_batches.ts";
import { ImapError, InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import { foundIn } from "../../model/found_in.ts";
import type { NumberSet } from "../../model/number_set.ts";
import { run, type Scope } from "../scope.ts";
import { searchResults } from "./search_results.ts";

/** The most messages that a client may ask for with a range (RFC 10022). */
const MOST_IN_RANGE = 100_000;

/**
 * UIDBATCHES, by a scope whose ids are UIDs; if the server can't do it, the UIDs that a search
 * finds are cut into batches.
 */
export async function uidBatchesOf(
  scope: Scope,
  size: number,
  range: BatchRange | undefined,
): Promise<readonly NumberSet[]> {
  checkBatches(size, range);
  return await askServer(scope, size, range ?? null) ?? cut(await allUids(scope), size, range);
}

/** What the server says; `null` if it can't be asked, or refuses. */
async function askServer(
  scope: Scope,
  size: number,
  range: BatchRange | null,
): Promise<readonly NumberSet[] | null> {
  if (!scope.client.connection.session.has("UIDBATCHES")) return null;
  if (range !== null && size * (range[1] - range[0] + 1) > MOST_IN_RANGE) return null;
  try {
    return await run(scope, uidBatches(size, range));
  } catch (error) {
    // NO or BAD: servers refuse sizes that are small, many batches, and questions that come often.
    if (error instanceof ImapError && error.constructor === ImapError) return null;
    throw error;
  }
}

async function allUids(scope: Scope): Promise<NumberSet> {
  const asked = { criteria: "ALL", charset: null };
  const { all } = await searchResults(scope, asked, { return: ["ALL"] }) as { all: NumberSet };
  if (all.isOpen) throw new ProtocolError("a search result with * in it");
  return all;
}

/** Cuts UIDs into batches by their ranges: how many UIDs there are does not matter. */
function cut(uids: NumberSet, size: number, range: BatchRange | undefined): readonly NumberSet[] {
  const newest = new NewestFirst(uids);
  const { total } = newest;
  const [first, last] = range ?? [1, Infinity];
  const end = Math.min(last, Math.ceil(total / size));
  if (end - first >= MAX_BATCHES) {
    throw new InvalidArgumentError(
      `${total} messages make more than ${MAX_BATCHES} batches of ${size}: make them larger`,
    );
  }
  const bounds: number[] = [];
  for (let batch = first; batch <= end; batch++) {
    const [from, to] = [(batch - 1) * size, Math.min(batch * size, total) - 1];
    bounds.push(newest.at(from), newest.at(to));
  }
  return batchesOf(bounds, foundIn(uids));
}

/** The UIDs of a set by their positions, counted from the highest. */
class NewestFirst {
  /** How many there are. */
  readonly total: number;
  /** The ranges, ascending: the lowest and the highest UID in turn. */
  readonly #bounds: number[] = [];
  #range: number;
  /** How many UIDs are above that range. */
  #above = 0;

  constructor(uids: NumberSet) {
    let total = 0;
    for (const [low, high] of uids.union([]).ranges()) {
      this.#bounds.push(low, high);
      total += high - low + 1;
    }
    this.total = total;
    this.#range = this.#bounds.length - 2;
  }

  /** The UID at a position, which must not be lower than the last time. */
  at(position: number): number {
    for (;;) {
      const [low, high] = [this.#bounds[this.#range], this.#bounds[this.#range + 1]];
      const size = high - low + 1;
      if (position < this.#above + size) return high - (position - this.#above);
      this.#above += size;
      this.#range -= 2;
    }
  }
}
