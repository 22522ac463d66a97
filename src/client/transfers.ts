import type { CopyResult, Gone } from "../commands/copy.ts";
import { ImapError, type ImapErrorDetails, PartialCopyError, PartialMoveError } from "../errors.ts";
import type { NumberSet } from "../model/number_set.ts";

/** What a transfer of no messages gives. */
const NOTHING: CopyResult = { text: "", uidValidity: null, uids: new Map() };

/**
 * Copies or moves several sets of messages, one after the other, and puts together what comes of
 * them. The last set, with the highest ids, goes first: where messages leave the folder, the
 * numbers of those in front of them stay. What fails after the first set throws
 * {@linkcode PartialCopyError}, or {@linkcode PartialMoveError} where `gone` tells that it is a
 * move, with what was done by then.
 */
export async function inTurn(
  sets: readonly NumberSet[],
  transfer: (ids: NumberSet) => Promise<CopyResult>,
  gone: Gone | null,
): Promise<CopyResult> {
  let done = NOTHING;
  for (const ids of sets.toReversed()) {
    try {
      done = joined(done, await transfer(ids));
    } catch (error) {
      if (done === NOTHING) throw error;
      const more = error instanceof PartialMoveError ? error.uids : [];
      const uids = new Map([...done.uids, ...more]);
      const [message, details] = [`only a part was done: ${messageOf(error)}`, detailsOf(error)];
      if (gone === null) throw new PartialCopyError(message, details, uids);
      throw new PartialMoveError(message, details, uids, gone.uids);
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
