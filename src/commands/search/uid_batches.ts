import { LARGEST_ID } from "../../model/ranges.ts";
import type { Command } from "../../connection/command.ts";
import type { Session } from "../../connection/session.ts";
import { InvalidArgumentError, named, namedPair, ProtocolError } from "../../model/errors.ts";
import { type FoundIn, rememberFoundIn } from "../../model/found_in.ts";
import { NumberSet } from "../../model/number_set.ts";
import { LPAREN } from "../../util/bytes.ts";
import type { Cursor } from "../../wire/cursor.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";

/** The first and the last of the batches to return; the first batch has the newest messages. */
export type BatchRange = readonly [first: number, last: number];

/** How many batches are made at most. */
export const MAX_BATCHES = 100_000;

/**
 * UIDBATCHES (RFC 10022): the UIDs of the selected folder in ranges of at most `size` messages
 * each, the newest first.
 */
export function uidBatches(size: number, range: BatchRange | null): Command<readonly NumberSet[]> {
  const own = new OwnResponses();
  const most = range === null ? MAX_BATCHES : range[1] - range[0] + 1;
  let bounds: readonly number[] | null = null;
  let place: FoundIn | undefined;
  return {
    name: "UIDBATCHES",
    needs: "UIDBATCHES",
    state: "selected",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      out.sp().number(size);
      if (range !== null) out.sp().raw(range.join(":"));
    },
    accept: (response) =>
      own.read(response, "UIDBATCHES", (cursor) => bounds = readBounds(cursor, most)),
    effect({ selections }: Session): void {
      place = selections.foundIn(true);
    },
    result: () => batchesOf(own.required("UIDBATCHES", bounds), place),
  };
}

/** Throws {@linkcode InvalidArgumentError} unless batches can have this size and range. */
export function checkBatches(size: unknown, range: unknown): void {
  if (!isPositive(size)) {
    throw new InvalidArgumentError(
      `a batch must have a whole number of messages, at least 1: ${named(size)}`,
    );
  }
  const isRange = Array.isArray(range) && range.length === 2 && range.every(isPositive) &&
    range[0] <= range[1];
  if (range === undefined || isRange) return;
  throw new InvalidArgumentError(
    "a range of batches must be two positions, the lower one first, as [1, 10]: " +
      namedPair(range),
  );
}

function isPositive(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= LARGEST_ID;
}

/** The sets of ranges of UIDs, whose ends are given in turn. */
export function batchesOf(
  bounds: readonly number[],
  place: FoundIn | undefined,
): readonly NumberSet[] {
  const batches: NumberSet[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    const [high, low] = [bounds[i], bounds[i + 1]];
    batches.push(rememberFoundIn(NumberSet.from(`${low}:${high}`), place));
  }
  return batches;
}

/** Reads `(TAG "A1") 90:71,70:1`: the higher and the lower end of each range in turn. */
function readBounds(cursor: Cursor, most: number): readonly number[] {
  if (cursor.peek() === LPAREN) cursor.value();
  const text = cursor.space().toEnd();
  const pattern = /(\d{1,10})(?::(\d{1,10}))?(?:,(?!$)|$)/y;
  const bounds: number[] = [];
  let before = LARGEST_ID + 1;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) throw new ProtocolError("UIDBATCHES with something other than UIDs");
    const ends = [Number(match[1]), Number(match[2] ?? match[1])];
    const [high, low] = [Math.max(...ends), Math.min(...ends)];
    // A message in two batches would be dealt with twice.
    if (low < 1 || high >= before) throw new ProtocolError("UIDBATCHES with ranges out of order");
    bounds.push(high, low);
    before = low;
    if (bounds.length > 2 * most) throw new ProtocolError(`more than ${most} batches of UIDs`);
  }
  return bounds;
}
