import type { CopyResult, Gone } from "../../commands/messages/copy.ts";
import {
  ImapError,
  type ImapErrorDetails,
  MessageLimitError,
  PartialCopyError,
  PartialMoveError,
} from "../../model/errors.ts";
import { MAX_STEPS, partsOf, restOf } from "./message_limit.ts";
import type { NumberSet } from "../../model/number_set.ts";

/** How messages are copied or moved. */
export interface Transfers {
  /** The messages that are gone; `null` for a copy. */
  readonly gone: Gone | null;
  /** Whether ids are UIDs. */
  readonly uid: boolean;
  /** Whether each set takes several commands. */
  readonly inSteps: boolean;
}

/**
 * Copies or moves several sets of messages, one after the other, and joins the results. The last
 * set, with the highest ids, goes first: when messages leave the folder, the numbers of those
 * before them stay. A set that is too large for the server is split. A failure after the first set
 * throws {@linkcode PartialCopyError}, or {@linkcode PartialMoveError} for a move, with what was
 * done.
 */
export async function inTurn(
  sets: readonly NumberSet[],
  transfer: (ids: NumberSet) => Promise<CopyResult>,
  how: Transfers,
): Promise<CopyResult> {
  const done: CopyResult[] = [];
  const left = [...sets];
  for (let ids = left.pop(); ids !== undefined; ids = left.pop()) {
    try {
      done.push(await transfer(ids));
    } catch (error) {
      const rest = done.length < MAX_STEPS ? afterLimit(error, ids, how) : null;
      const isPart = error instanceof MessageLimitError && !how.inSteps;
      if (isPart) done.push(error.partial as CopyResult);
      if (rest !== null) left.push(...rest);
      else throw done.length === 0 ? error : partialError(error, done, how.gone);
    }
  }
  return joined(done);
}

/** The sets to go on with, if these were too many messages for the server; else `null`. */
function afterLimit(
  error: unknown,
  ids: NumberSet,
  { uid, inSteps }: Transfers,
): readonly NumberSet[] | null {
  if (!uid) return null;
  const parts = partsOf(error, ids);
  if (parts !== null) return [parts.rest, parts.fits];
  const rest = inSteps ? null : restOf(error, ids);
  return rest?.isEmpty ? [] : rest && [rest];
}

function partialError(error: unknown, done: readonly CopyResult[], gone: Gone | null): ImapError {
  const more = error instanceof PartialMoveError ? error.uids : [];
  const uids = new Map([...joined(done).uids, ...more]);
  const [message, details] = [`only a part was done: ${messageOf(error)}`, detailsOf(error)];
  return gone === null
    ? new PartialCopyError(message, details, uids)
    : new PartialMoveError(message, details, uids, gone.uids);
}

/** The results of several transfers as one. */
export function joined(done: readonly CopyResult[]): CopyResult {
  const last = done.at(-1) ?? { text: "", uidValidity: null, uids: new Map() };
  if (done.length < 2) return last;
  const uids = new Map<number, number>();
  for (const { uids: more } of done) for (const [here, there] of more) uids.set(here, there);
  return { ...last, uids };
}

/** The details that an error takes over from its cause. */
export function detailsOf(cause: unknown): ImapErrorDetails {
  if (!(cause instanceof ImapError)) return { cause };
  const { command, responseCode, text } = cause;
  return { command: command ?? undefined, responseCode, text: text ?? undefined, cause };
}

/** The message of anything that was thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
