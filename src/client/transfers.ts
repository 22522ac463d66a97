import type { CopyResult } from "../commands/copy.ts";
import {
  ImapError,
  type ImapErrorDetails,
  type PartialCopyError,
  PartialMoveError,
} from "../errors.ts";
import type { NumberSet } from "../model/number_set.ts";

/** What a transfer of no messages gives. */
const NOTHING: CopyResult = { text: "", uidValidity: null, uids: new Map() };

type PartialError = typeof PartialCopyError | typeof PartialMoveError;

/**
 * Copies or moves several sets of messages, one after the other, and puts together what comes of
 * them. The last set, with the highest ids, goes first: where messages leave the folder, the
 * numbers of those in front of them stay. What fails behind the first set throws `Partial`, with
 * what was done by then.
 */
export async function inTurn(
  sets: readonly NumberSet[],
  transfer: (ids: NumberSet) => Promise<CopyResult>,
  Partial: PartialError,
): Promise<CopyResult> {
  let done = NOTHING;
  for (const ids of sets.toReversed()) {
    try {
      done = joined(done, await transfer(ids));
    } catch (error) {
      if (done === NOTHING) throw error;
      const uids = error instanceof PartialMoveError ? [...done.uids, ...error.uids] : done.uids;
      throw new Partial(
        `only a part was done: ${messageOf(error)}`,
        detailsOf(error),
        new Map(uids),
      );
    }
  }
  return done;
}

function joined(done: CopyResult, more: CopyResult): CopyResult {
  if (done === NOTHING) return more;
  return { ...more, uids: new Map([...done.uids, ...more.uids]) };
}

/** What an error that another one led to takes over from it. */
export function detailsOf(cause: unknown): ImapErrorDetails {
  if (!(cause instanceof ImapError)) return { cause };
  const { command, responseCode, text } = cause;
  return { command: command ?? undefined, responseCode, text: text ?? undefined, cause };
}

/** What went wrong, in words. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
